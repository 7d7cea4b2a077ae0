// Ingress is a small stand-in for an Ingress controller where none can be had: it turns the Ingresses of class `kubedrill`
// into the configuration of a real nginx beside it. It is declared as what it is; labs use the API only, never its details.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"kubedrill.local/apps/internal/serve"
)

var version = "dev"

const (
	folder = "/tmp/kubedrill-ingress"
	pause  = time.Second
)

func main() {
	serve.ExitOnSignal()
	api, err := inCluster(os.Getenv)
	if err != nil {
		serve.Fail("kd/ingress %s: %v", version, err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		serve.Fail("%v", err)
	}
	nginx := &nginx{conf: filepath.Join(folder, "nginx.conf")}
	c := controller{
		look: api.look, setAddress: api.setAddress, load: nginx.load,
		render: func(hosts []host) string { return configuration(hosts, folder, httpPort, readyPort) },
		self:   meta{Namespace: os.Getenv("POD_NAMESPACE"), Name: "kubedrill-ingress"},
		say:    log.Printf,
	}
	c.run(context.Background())
}

// controller makes nginx follow the cluster: it looks, compares, and loads what changed, once a second.
type controller struct {
	look       func(context.Context) (cluster, error)
	setAddress func(context.Context, meta, string) error
	load       func(conf string) error
	render     func([]host) string
	self       meta // our own Service, whose address the Ingresses get
	say        func(format string, values ...any)

	loaded  string
	trouble string // what was said last, so that it is said once
}

func (c *controller) run(ctx context.Context) {
	for ; ctx.Err() == nil; sleep(ctx, pause) {
		trouble := ""
		if problems := c.sync(ctx); len(problems) > 0 {
			trouble = strings.Join(problems, "; ")
		}
		if trouble != c.trouble && ctx.Err() == nil {
			if trouble == "" {
				c.say("all is well again")
			} else {
				c.say("%s", trouble)
			}
			c.trouble = trouble
		}
	}
}

// sync keeps the last configuration as long as the API server is away.
func (c *controller) sync(ctx context.Context) []string {
	seen, err := c.look(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	hosts, problems := routesOf(seen)
	if conf := c.render(hosts); conf != c.loaded {
		if err := c.load(conf); err != nil {
			return append(problems, err.Error())
		}
		c.loaded = conf
	}
	address := seen.addressOf(c.self)
	for _, i := range seen.ingresses {
		if !i.isOurs() || address == "" || slices.Equal(i.addresses(), []string{address}) {
			continue
		}
		if err := c.setAddress(ctx, i.Metadata, address); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return problems
}

func (c cluster) addressOf(self meta) string {
	for _, s := range c.services {
		if s.Metadata.Namespace == self.Namespace && s.Metadata.Name == self.Name && s.Spec.ClusterIP != "None" {
			return s.Spec.ClusterIP
		}
	}
	return ""
}

func (i ingress) isOurs() bool { return i.Spec.IngressClassName == className }

func (i ingress) addresses() []string {
	var all []string
	for _, one := range i.Status.LoadBalancer.Ingress {
		all = append(all, one.IP)
	}
	return all
}

func sleep(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// nginx is the proxy beside us. It dies with us: as PID 1 we take the container's other processes along.
type nginx struct {
	conf    string
	process *os.Process
}

// load writes the configuration, then starts nginx or makes it reload: old workers finish what they have.
func (n *nginx) load(conf string) error {
	if err := os.WriteFile(n.conf+".new", []byte(conf), 0o644); err != nil {
		return err
	}
	if err := os.Rename(n.conf+".new", n.conf); err != nil {
		return err
	}
	if n.process != nil {
		return n.process.Signal(syscall.SIGHUP)
	}
	command := exec.Command("nginx", "-c", n.conf, "-g", "daemon off;")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	fmt.Printf("listening on :%d\n", httpPort)
	if err := command.Start(); err != nil {
		return err
	}
	n.process = command.Process
	go func() { serve.Fail("nginx ended: %v", command.Wait()) }()
	return nil
}
