"""What each source is: where it is asked, how its replies are read, what must hold of them."""
