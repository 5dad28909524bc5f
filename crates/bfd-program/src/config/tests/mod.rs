mod durations;
mod sections;
