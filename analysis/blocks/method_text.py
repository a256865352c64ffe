"""Text of the About page: meaning of the numbers, their limits, the method, references."""

METHOD = """
### What the numbers mean
A **flight** is one leg of one aircraft that receivers on the ground heard. The program gives two
numbers. **Counted for certain** are flights with both ends heard in the regions of the question
(*observed*, the lower bound). **At most** adds flights with an unknown end, if the aircraft had
the time to land where the question asks before it was heard again (*possible*, the upper bound).
If it had no time, the flight is left out and listed with the reason. Of the flights that receivers
heard, the true number is between the two. Flights that no receiver heard are in neither.

Only complete days count. A missing day is left out, with the traffic heard on it. It is never
counted as zero.

**Traffic heard** is the number of flights of any kind in the same places on the same days. If it
changes, the count of a route changes too, even if airlines fly as before.

### What they do not show
- What an aircraft carried, why it flew, or who paid for it.
- Flights that no receiver heard. Over seas, deserts and many countries there are few receivers.
- Where an aircraft went after it was last heard. The program shows only which airports it had the
  time to reach.
- A cargo grade is only about aircraft, operator and callsign.

### Method
The program counts the flights in the days from the event on (14 by default). It
compares them with the number expected from the 8 weeks before, the weekday pattern and the other
traffic heard. Then it does the same for every other usable date.
These **ordinary dates** (placebo dates [1]) show how much the route varies without an event. The
number of them that differ as much gives p. φ compares their variation with pure chance, and makes
the interval wider [2]. An answer is **CHANGE** only if p is at most 0.05, the interval does not
contain ×1, and this is still true if the route does not follow the other traffic at all, or
follows it twice as strongly. The rule is used on both numbers (a space-time prism gives the
places that a lost flight had the time to reach [7]), and the weaker answer is the headline. Every
answer says how large a change must be to be noticed.

- **Several dates**: each p is adjusted for all of them (Holm [3]). Three or more dates are also
  combined, and compared with random sets of as many other dates.
- **Several routes**: the false discovery rate is at most 5 % (Benjamini and Hochberg [4]).
- **Other windows and adjustments** are shown in grey and never give a verdict. A second look at
  the same dates is marked *exploratory*. The report counts all tries of a session.
- **Other routes from the same origin** on the same days show if the whole region changed.
- **Regression** (quasi-Poisson [5]) and **changes of level** [6] are for comparison only.
- **Short records**: a window of 14 days needs 89 ordinary dates, about 158 days before the event;
  28 days need 159, about 242 days. With fewer, the route is compared with 19 or more other routes
  from the same origin, and the answer says so. Without them there is no verdict, and the answer
  says how many days to download.

### Where it works, and where it fails
Of simulated series without any change, about 5 % or fewer are called CHANGE. The tests include
weekday patterns, strongly varying and drifting traffic, seasons, timetable jumps, outages, and
receivers that suddenly hear twice as much, if other traffic shows it. In the hardest of these
tests a t-test, a plain Poisson test and a regression with robust errors are wrong in 20 to 100 %
of cases. `tests/bench/calibration.py` repeats this.

It still fails, without a warning, if
- **reception changes and no other flight shows it**: if receivers hear twice as much of this
  route only, the answer is CHANGE in about 70 % of series at one flight a day, and in nearly all
  at five;
- the count of the route changes far more or far less than other traffic (an elasticity outside 0
  to 2);
- flights are rare (a **thin route**): at one flight in five days, a fall to half is found in
  fewer than one case in ten;
- a window of **28 days** has only one year of history: two are needed;
- **several dates or routes are asked about at once** on busy routes with timetable jumps: of
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
