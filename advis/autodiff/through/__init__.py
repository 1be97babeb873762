"""To differentiate through something: solvers, what is computed twice, steps made smooth, samples."""
