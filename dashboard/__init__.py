"""The web half of tieout: vocabulary, rows, verbs and pages. It never imports the jobs package."""
