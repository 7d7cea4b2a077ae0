// Burn spends processor time on every request, so that an autoscaler has something to see.
package main

import (
	"fmt"
	"math"
	"net/http"
	"runtime"
	"syscall"
	"time"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

const cost = 50 * time.Millisecond

func main() {
	serve.Run(serve.App{Name: "burn", Version: version, Port: 80, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		burn(cost)
		fmt.Fprint(w, "OK!")
	})})
}

// burn uses that much time of one processor, however long it takes: a container at its limit is slower, not cheaper.
func burn(amount time.Duration) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	x := 0.0001
	for end := used() + amount; used() < end; {
		for range 100_000 {
			x += math.Sqrt(x)
		}
	}
	return x
}

// used is the processor time of this thread (RUSAGE_THREAD of getrusage(2), which package syscall does not name).
func used() time.Duration {
	const thread = 1
	var usage syscall.Rusage
	if err := syscall.Getrusage(thread, &usage); err != nil {
		serve.Fail("getrusage: %v", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
