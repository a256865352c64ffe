"""Make `countries.geojson.gz` and `base_map.geojson` from npm `world-atlas`; a build step.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    pip install antimeridian==0.4.9 pycountry==26.2.16
    python -m flights.reference.build_countries package/countries-50m.json

The two packages are needed here only. The same input gives the same bytes.
"""

import gzip
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

FOLDER = Path(__file__).with_name("data")
GRID_DEG = 0.001
BASE_TOLERANCE_DEG = 0.3
BASE_ISLET_DEG2 = 0.04
BASE_GRID_DEG = 0.01
POLE_DEG = 89.9
OWN_CODE = {"Kosovo": "XK"}  # user-assigned, as airport tables have it
SHARES_CODE = {"Ashmore and Cartier Is."}  # carries Australia's number; no code of its own

Line = list[tuple[float, float]]


def main(path: str) -> None:
    """Write both files to `data/`."""
    topology = json.loads(Path(path).read_text(encoding="utf-8"))
    units = read_units(topology)
    _write(FOLDER / "countries.geojson.gz", units, GRID_DEG)
    _write(FOLDER / "base_map.geojson", lighten(units), BASE_GRID_DEG)


def read_units(topology: dict[str, Any]) -> list[dict[str, Any]]:
    """Features of the topology, each with `name`, `iso2` (null = none) and a valid shape."""
    arcs = _decode_arcs(topology)
    units = []
    for each in topology["objects"]["countries"]["geometries"]:
        name = each["properties"]["name"]
        polygons = [
            _cut([_ring(ring, arcs) for ring in rings])
            for rings in (each["arcs"] if each["type"] == "MultiPolygon" else [each["arcs"]])
        ]
        units.append({"name": name, "iso2": _iso2(each.get("id"), name), "shape": _join(polygons)})
    return sorted(units, key=lambda unit: unit["name"])


def lighten(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Simplified units: neighbours still share their border, small islands are removed."""
    shapes = [shapely.set_precision(unit["shape"], GRID_DEG) for unit in units]
    coarse = shapely.coverage_simplify(shapes, BASE_TOLERANCE_DEG)
    return [
        {**unit, "shape": _without_islets(thin)} for unit, thin in zip(units, coarse, strict=True)
    ]


def _without_islets(geometry: BaseGeometry) -> BaseGeometry:
    parts = sorted(shapely.get_parts(geometry), key=lambda part: -part.area)
    kept = parts[:1] + [part for part in parts[1:] if part.area > BASE_ISLET_DEG2]
    return MultiPolygon(kept) if len(kept) > 1 else kept[0]


def _decode_arcs(topology: dict[str, Any]) -> list[Line]:
    """Arcs in degrees: TopoJSON keeps them as differences on an integer grid."""
    (scale_x, scale_y), (left, bottom) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line: Line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + left, y * scale_y + bottom))
        lines.append(line)
    return lines


def _ring(indices: list[int], arcs: list[Line]) -> Line:
    """One closed ring; a negative index is an arc in reverse."""
    ring: Line = []
    for index in indices:
        line = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(line if not ring else line[1:])
    return ring


def _cut(rings: list[Line]) -> BaseGeometry:
    """A polygon from its rings, cut where it crosses 180 degrees.

    Antarctica is given as a flat shape with a ring along the pole: it needs no cut.
    """
    import antimeridian

    polygon = Polygon(rings[0], rings[1:])
    if any(_crosses(a, b) for ring in rings for a, b in pairwise(ring)):
        polygon = antimeridian.fix_polygon(polygon, fix_winding=True)
    return shapely.make_valid(polygon)


def _crosses(start: tuple[float, float], stop: tuple[float, float]) -> bool:
    return abs(start[0] - stop[0]) > 180 and abs(start[1]) < POLE_DEG


def _join(polygons: list[BaseGeometry]) -> BaseGeometry:
    whole = shapely.union_all(polygons)
    flat = [part for part in shapely.get_parts(whole) if isinstance(part, Polygon)]
    return MultiPolygon(flat) if len(flat) > 1 else flat[0]


def _iso2(number: str | None, name: str) -> str | None:
    import pycountry

    if name in OWN_CODE:
        return OWN_CODE[name]
    if number is None or name in SHARES_CODE:
        return None
    return str(pycountry.countries.get(numeric=number.zfill(3)).alpha_2)


def _write(path: Path, units: list[dict[str, Any]], grid_deg: float) -> None:
    decimals = len(str(grid_deg).split(".")[1])
    features = [
        {
            "type": "Feature",
            "properties": {"name": unit["name"], "iso2": unit["iso2"]},
            "geometry": _rounded(_snap(unit["shape"], grid_deg), decimals),
        }
        for unit in units
    ]
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    data = text.encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _snap(geometry: BaseGeometry, grid_deg: float) -> BaseGeometry:
    """On the grid and valid; a shape that is too small for the grid stays as it is."""
    snapped = shapely.set_precision(geometry, grid_deg)
    parts = [part for part in shapely.get_parts(snapped) if part.area > 0]
    return MultiPolygon(parts) if len(parts) > 1 else (parts[0] if parts else geometry)


def _rounded(geometry: BaseGeometry, decimals: int) -> dict[str, Any]:
    def walk(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, decimals)
        return [walk(each) for each in value]

    plain = mapping(geometry)
    if plain["type"] == "Polygon" and geometry.area < 10.0**-decimals / 10:
        decimals = 4
    rounded = {"type": plain["type"], "coordinates": walk(plain["coordinates"])}
    return rounded if shape(rounded).is_valid else dict(plain)


if __name__ == "__main__":
    main(sys.argv[1])
