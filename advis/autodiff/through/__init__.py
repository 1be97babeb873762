"""To differentiate through something: steps and sorts made smooth, samples, and the rules that carry them."""
