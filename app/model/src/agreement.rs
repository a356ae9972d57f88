//! Agreement: which environments have the same version (board.md, "Agreement").
