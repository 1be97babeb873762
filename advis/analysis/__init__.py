"""What a tape means: free functions of tapes and sweeps, on the floor between computing and showing."""
