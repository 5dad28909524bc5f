mod durations;
