"""About: meaning of the numbers, their limits, the method, sources, version."""

import streamlit as st

from analysis.blocks import loaders
from analysis.blocks.method_text import METHOD
from analysis.blocks.study import panels
from analysis.estimators import ESTIMATORS
from flights import __version__
from flights.reference.countries import BORDERS_SENTENCE
from flights.sources import SOURCES, find_spec


def list_estimators() -> None:
    """Every estimator with its use."""
    lines = "\n".join(f"- **{each.TITLE}**: {each.USE}" for each in ESTIMATORS)
    st.markdown(f"### Estimators\n{lines}")


def list_sources() -> None:
    """Every source with its licence and its attribution."""
    st.markdown("### Sources")
    for spec in map(find_spec, SOURCES):
        facts = {
            "Gives": spec.gives,
            "Attribution": spec.attribution,
            "Licence": spec.licence,
            "Terms": spec.terms,
        }
        lines = "\n".join(f"- {name}: {text}" for name, text in facts.items() if text)
        st.markdown(f"**{spec.title}**\n{lines}")


def main() -> None:
    """Draw the page."""
    study = st.session_state.get("study")
    panels.show_frame(simulated=study is None or loaders.is_simulated(study.source))
    st.title("About", anchor=False)
    panels.show_contents()
    with st.container(width=760):
        st.markdown(METHOD)
        list_estimators()
        list_sources()
        st.markdown("### Maps and airports")
        st.markdown(BORDERS_SENTENCE)
        st.caption(f"Version {__version__}. MIT licence.")


main()
