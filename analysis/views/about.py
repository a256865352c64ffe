"""About: what the numbers mean, what they do not show, method, sources, version."""

import streamlit as st

from analysis import panels, widgets
from flights import __version__
from flights.reference.countries import BORDERS_SENTENCE
from flights.sources import SOURCES, find_spec

_MEANING = """
### What the numbers mean
A **flight** is one leg of one aircraft as receivers on the ground heard it. It counts as
**observed** when both ends were heard in their regions, as **possible** when an end was lost and
the aircraft had the time to land where the question asks before it was heard again. Where it had
not, the flight is excluded, and listed with the reason. Of the flights that somebody heard, the
true number lies between the observed and the possible; both are shown everywhere. Flights that
nobody heard lie outside both: what the receivers heard speaks of those.

A day counts only when it is complete. A day that is missing is left out together with what the
receivers heard on it; it is never counted as zero.

**What the receivers heard** is every flight of any kind, in the same places, on the same days. When
that moves, a route's count moves with it although nobody flew differently.

### What they do not show
- What an aircraft carried, why it flew, or who paid for it.
- Flights that no receiver heard. Over seas, deserts and many countries hardly anybody listens.
- Where an aircraft went after it was last heard. Lines drawn onward are guesses; what is shown here
  are bounds: the airports it had the time to reach.
- A cargo grade speaks of the airframe, the operator and the callsign, and of nothing else.

### Method
The flights in the days from the event on are compared with those expected from the weeks before,
the weekday pattern and what the receivers heard. The same is done for every other admissible date
in the record (*placebo dates*): how many of them differ as much says how unusual the event is, and
how wild the series is widens its interval. The verdict is one of a closed list of sentences; where
coverage moved as much as the count, where the record is short, or where flights are few, it says
so instead.

- Placebo dates: A. Abadie, A. Diamond and J. Hainmueller, *Synthetic Control Methods*, JASA 105
  (2010), doi:10.1198/jasa.2009.ap08746.
- Bounds of a lost flight (space-time prism): T. Hägerstrand, *What about people in regional
  science?*, Papers of the Regional Science Association 24 (1970), doi:10.1007/BF01936872.
- Exact intervals: C. J. Clopper and E. S. Pearson, *The Use of Confidence or Fiducial Limits*,
  Biometrika 26 (1934), doi:10.1093/biomet/26.4.404.

It still fails where coverage changes and no other flight shows it, where what is heard of a route
moves far more or far less than other traffic, for falls on thin routes, and with one year of
history at a window of 28 days.
"""


def list_sources() -> None:
    """Every source with its licence and the sentence it asks for."""
    st.markdown("### Sources")
    for spec in map(find_spec, SOURCES):
        said = {
            "Gives": spec.gives,
            "Asks to be named as": spec.attribution,
            "Licence": spec.licence,
            "Terms": spec.terms,
        }
        lines = "\n".join(f"- {name}: {text}" for name, text in said.items() if text)
        st.markdown(f"**{spec.title}**\n{lines}")


def main() -> None:
    """Pick, call, draw."""
    study = st.session_state.get("study")
    panels.frame(simulated=study is None or widgets.is_simulated(study.source))
    st.title("About", anchor=False)
    panels.say_contents()
    with st.container(width=760):
        st.markdown(_MEANING)
        list_sources()
        st.markdown("### Maps and airports")
        st.markdown(BORDERS_SENTENCE)
        st.caption(f"Version {__version__}. MIT licence.")


main()
