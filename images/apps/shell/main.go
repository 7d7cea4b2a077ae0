// Shell is what the lab images have instead of busybox's own wget and nslookup: those of a static busybox do not follow
// the search path of a Pod's resolv.conf (or crash when they look a name up). The name it is called by decides what it is.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

var version = "dev"

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "wget":
		os.Exit(wget(os.Args[1:], os.Stdout, os.Stderr))
	case "nslookup":
		os.Exit(nslookup(os.Args[1:], "/etc/resolv.conf", os.Stdout, os.Stderr))
	default:
		fmt.Fprintf(os.Stderr, "kd/shell %s: call it as wget or nslookup, not as %s\n", version, name)
		os.Exit(127)
	}
}
