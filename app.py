"""The app with its pages. Start with: streamlit run app.py"""

import streamlit as st

st.set_page_config(page_title="Flight data anomaly viewer", page_icon="✈️", layout="wide")

st.navigation(
    [
        st.Page("analysis/views/study.py", title="Study", default=True),
        st.Page("analysis/views/flight.py", title="Flight", url_path="flight"),
        st.Page("analysis/views/data.py", title="Data", url_path="data"),
        st.Page("analysis/views/about.py", title="About", url_path="about"),
    ],
    position="top",
).run()
