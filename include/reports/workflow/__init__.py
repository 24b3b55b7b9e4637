"""Workflow of the report: the steps that tasks call, and rebuilding past reports."""
