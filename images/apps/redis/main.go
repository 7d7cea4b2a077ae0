// Redis starts Debian's redis-server in its own place: memory only, in the foreground, with a password when PASSWORD is set.
package main

import (
	"fmt"
	"os"
	"syscall"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

const server = "/usr/bin/redis-server"

func main() {
	fmt.Println("listening on :6379")
	serve.Fail("kd/redis %s: %s: %v", version, server, syscall.Exec(server, arguments(os.Getenv("PASSWORD")), os.Environ()))
}

// arguments turn persistence off, and protected mode too: with it, a server without a password talks to localhost only.
func arguments(password string) []string {
	args := []string{"redis-server", "--port", "6379", "--save", "", "--appendonly", "no", "--daemonize", "no", "--protected-mode", "no", "--dir", "/tmp"}
	if password != "" {
		args = append(args, "--requirepass", password)
	}
	return args
}
