package main

import (
	"fmt"
	"net/url"
	"strconv"
)

// number reads a bounded integer of a query string.
func number(query url.Values, name string, fallback, least, most int) (int, error) {
	text := query.Get(name)
	if text == "" {
		return fallback, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < least || value > most {
		return 0, fmt.Errorf("%s is %q, expected a number from %d to %d", name, text, least, most)
	}
	return value, nil
}
