"""What the candidate sees and types: plain lines, or prompt-toolkit where there is a terminal."""
