"""Answers as files and text: HTML reports, lists of studies, missing days."""

from analysis.reports.list_report import make_folder_names, write_list
from analysis.reports.study_report import write_outputs

__all__ = ["make_folder_names", "write_list", "write_outputs"]
