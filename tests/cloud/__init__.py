"""What is tested of the clouds, each over real sockets."""
