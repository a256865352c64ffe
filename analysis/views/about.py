"""About: what the numbers mean, what they do not show, method, sources, version."""

import streamlit as st

from analysis.blocks import loaders
from analysis.blocks.study import panels
from analysis.estimators import ESTIMATORS
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
The flights in the days from the event on (14 unless you choose otherwise) are compared with those
expected from the 8 weeks before, the weekday pattern and what the receivers heard of other
traffic. The same is done for every other admissible date in the record, the **placebo dates** [1].
How many of them differ as much gives p; how wildly they differ (φ, against pure chance) widens the
interval [2]. An answer is **CHANGE** only where p is at most 0.05, the interval leaves ×1 out, and
it does so even if the route follows the receivers not at all or twice as strongly as other traffic.
Both bounds (a space-time prism says what a lost flight had the time to reach [7]) go through the
rule, and the weaker answer is the headline. Every answer says which change it could have shown.

- **Several dates**: each must also hold with all of them allowed for (Holm [3]). Three or more are
  taken together too, and ranked among random sets of as many other dates.
- **Several routes**: a list is held to a false discovery rate of 5 % (Benjamini and Hochberg [4]).
- **Other windows and adjustments** are shown greyed, and never give a verdict. A second look at the
  same dates is marked *exploratory*, and what a session has looked at is counted in its report.
- **Other routes from the same origin** in the same days say whether the region moved as a whole.
- **Regression** (quasi-Poisson [5]) and **shifts of level** [6] are diagnostics.
- **Short records**: a window of 14 days needs 89 comparable dates, some 158 days before the event;
  28 days need 159, some 242 days. With fewer, a route is ranked among 19 or more other routes from
  the same origin in the same days, and the answer says so; where there are not as many, there is no
  verdict, and the answer says how many days to pull.

### What it withstands, and where it still fails
Of made-up series without any change about 5 % or fewer are called CHANGE: weekday patterns,
over-dispersed and drifting traffic, seasons, trends, timetable jumps, outages, and receivers that
double what they hear on the very day, as long as other traffic shows it. A t-test, a plain Poisson
test and a regression with robust errors are wrong in 20 to 100 % of the worst of these.
`tests/bench/calibration.py` measures it again.

It still fails, and says nothing of it, where
- **coverage changes and no other flight shows it**: a silent doubling is called CHANGE in some
  70 % of series at one flight a day, and in nearly all at five;
- what is heard of the route moves far more or far less than other traffic: an elasticity outside
  0 to 2;
- flights fall on a **thin route**: a halving at one flight in five days is found in fewer than one
  case in ten;
- a window of **28 days** meets one year of history: two are wanted;
- **several dates or routes are asked about at once** on busy routes whose timetable jumps: of
  questions about three dates up to 10 % find a change somewhere, of six up to 19 %.

### References
1. A. Abadie, A. Diamond, J. Hainmueller, *Synthetic Control Methods for Comparative Case Studies*,
   JASA 105 (2010), [doi:10.1198/jasa.2009.ap08746](https://doi.org/10.1198/jasa.2009.ap08746)
2. C. J. Clopper, E. S. Pearson, *The Use of Confidence or Fiducial Limits*, Biometrika 26 (1934),
   [doi:10.1093/biomet/26.4.404](https://doi.org/10.1093/biomet/26.4.404)
3. S. Holm, *A Simple Sequentially Rejective Multiple Test Procedure*, Scandinavian Journal of
   Statistics 6 (1979), [jstor:4615733](https://www.jstor.org/stable/4615733)
4. Y. Benjamini, Y. Hochberg, *Controlling the False Discovery Rate*, JRSS B 57 (1995),
   [doi:10.1111/j.2517-6161.1995.tb02031.x](https://doi.org/10.1111/j.2517-6161.1995.tb02031.x)
5. R. W. M. Wedderburn, *Quasi-Likelihood Functions*, Biometrika 61 (1974),
   [doi:10.1093/biomet/61.3.439](https://doi.org/10.1093/biomet/61.3.439)
6. B. Jackson et al., *An Algorithm for Optimal Partitioning of Data on an Interval*, IEEE Signal
   Processing Letters 12 (2005), [doi:10.1109/LSP.2001.838216](https://doi.org/10.1109/LSP.2001.838216)
7. T. Hägerstrand, *What about People in Regional Science?*, Papers of the Regional Science
   Association 24 (1970), [doi:10.1007/BF01936872](https://doi.org/10.1007/BF01936872)
"""


def list_estimators() -> None:
    """Every estimator, and what its result decides."""
    lines = "\n".join(f"- **{each.TITLE}**: {each.USE}" for each in ESTIMATORS)
    st.markdown(f"### Estimators\n{lines}")


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
    panels.show_frame(simulated=study is None or loaders.is_simulated(study.source))
    st.title("About", anchor=False)
    panels.show_contents()
    with st.container(width=760):
        st.markdown(_MEANING)
        list_estimators()
        list_sources()
        st.markdown("### Maps and airports")
        st.markdown(BORDERS_SENTENCE)
        st.caption(f"Version {__version__}. MIT licence.")


main()
