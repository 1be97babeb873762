"""Differentiating through: solvers by the implicit function theorem or by their steps, and what is computed twice."""
