package main

import (
	"runtime"
	"testing"
	"time"
)

func TestItUsesTheTimeItSays(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := used()
	burn(20 * time.Millisecond)
	if got := used() - before; got < 20*time.Millisecond || got > 60*time.Millisecond {
		t.Errorf("used %v", got)
	}
}
