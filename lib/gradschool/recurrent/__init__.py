"""Recurrent networks: sequences, backpropagation through time, LSTM and GRU, language, forecasts, attention."""
