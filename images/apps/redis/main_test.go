package main

import (
	"slices"
	"testing"
)

func TestAPasswordIsRequiredOnlyWhenThereIsOne(t *testing.T) {
	if slices.Contains(arguments(""), "--requirepass") {
		t.Error("a password is required without one")
	}
	if args := arguments("s3cret"); !slices.Equal(args[len(args)-2:], []string{"--requirepass", "s3cret"}) {
		t.Errorf("%q", args)
	}
}
