// Crashdb stands for a database that gives up when nobody told it a root password.
package main

import (
	"fmt"
	"io"
	"net"
	"os"

	"kubedrill.local/apps/internal/serve"
)

const (
	port = 27017
	// exitUnset is what tells the learner that the program ended by itself.
	exitUnset = 14
)

func main() {
	if os.Getenv("MONGO_ROOT_PASSWORD") == "" {
		fmt.Fprintln(os.Stderr, "fatal: MONGO_ROOT_PASSWORD is not set")
		os.Exit(exitUnset)
	}
	serve.ExitOnSignal()
	listener := serve.Listen(port)
	fmt.Printf("waiting for connections on port %d\n", port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			serve.Fail("%v", err)
		}
		go hold(connection)
	}
}

// hold keeps a client waiting until it leaves: this database has nothing to say.
func hold(connection net.Conn) {
	defer connection.Close()
	io.Copy(io.Discard, connection)
}
