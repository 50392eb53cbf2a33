"""Reports: tables in a terminal, the class report, one student's feedback, a CSV of marks."""
