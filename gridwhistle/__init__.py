"""GridWhistle (网格哨): the chat front end of a city's grid governance."""
