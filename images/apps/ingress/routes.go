package main

import (
	"cmp"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const className = "kubedrill"

// host is one virtual host. Name "" answers for every host that has none of its own, `*.x` for one label before x.
type host struct {
	name   string
	routes []route
}

// route sends one path to the ready endpoints of a Service; without any, it answers 503.
type route struct {
	path      string // without a final slash, except for "/" itself and exact paths
	exact     bool
	label     string // namespace/service:port, for people
	endpoints []string
}

var (
	safeHost = regexp.MustCompile(`^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
	safePath = regexp.MustCompile(`^/[A-Za-z0-9._~!&'()*+,=:@/-]*$`)
)

// routesOf turns the Ingresses of our class into hosts, sorted by name. When two Ingresses claim one path the older one has it.
// What the configuration of nginx could not hold is left out and said in the second result.
func routesOf(c cluster) ([]host, []string) {
	ours := slices.DeleteFunc(slices.Clone(c.ingresses), func(i ingress) bool { return !i.isOurs() })
	slices.SortFunc(ours, func(a, b ingress) int {
		return cmp.Or(a.Metadata.CreationTimestamp.Compare(b.Metadata.CreationTimestamp),
			cmp.Compare(a.Metadata.Namespace, b.Metadata.Namespace), cmp.Compare(a.Metadata.Name, b.Metadata.Name))
	})
	table := table{hosts: map[string]*host{"": {}}}
	var fallback *route
	for _, i := range ours {
		for _, rule := range i.Spec.Rules {
			table.add(c, i, rule)
		}
		if i.Spec.DefaultBackend != nil && fallback == nil {
			r := c.route(i.Metadata.Namespace, *i.Spec.DefaultBackend)
			r.path = "/"
			fallback = &r
		}
	}
	return table.sorted(fallback), table.refused
}

type table struct {
	hosts   map[string]*host
	refused []string
}

func (t *table) add(c cluster, i ingress, rule ingressRule) {
	if rule.HTTP == nil {
		return
	}
	if rule.Host != "" && !safeHost.MatchString(rule.Host) {
		t.refused = append(t.refused, fmt.Sprintf("ingress %s/%s: host %q is not supported", i.Metadata.Namespace, i.Metadata.Name, rule.Host))
		return
	}
	if t.hosts[rule.Host] == nil {
		t.hosts[rule.Host] = &host{name: rule.Host}
	}
	for _, path := range rule.HTTP.Paths {
		if path.Path == "" {
			path.Path = "/"
		}
		if !safePath.MatchString(path.Path) {
			t.refused = append(t.refused, fmt.Sprintf("ingress %s/%s: path %q is not supported", i.Metadata.Namespace, i.Metadata.Name, path.Path))
			continue
		}
		r := c.route(i.Metadata.Namespace, path.Backend)
		r.path, r.exact = path.Path, path.PathType == "Exact"
		if !r.exact && r.path != "/" {
			r.path = cmp.Or(strings.TrimRight(r.path, "/"), "/")
		}
		t.hosts[rule.Host].take(r)
	}
}

func (h *host) take(r route) {
	if !slices.ContainsFunc(h.routes, func(known route) bool { return known.path == r.path && known.exact == r.exact }) {
		h.routes = append(h.routes, r)
	}
}

func (t *table) sorted(fallback *route) []host {
	var hosts []host
	for _, h := range t.hosts {
		if fallback != nil {
			h.take(*fallback)
		}
		slices.SortFunc(h.routes, func(a, b route) int { return cmp.Compare(a.path, b.path) })
		hosts = append(hosts, *h)
	}
	slices.SortFunc(hosts, func(a, b host) int { return cmp.Compare(a.name, b.name) })
	return hosts
}

// route finds the endpoints of a backend. None are found when the Service or its port does not exist.
func (c cluster) route(namespace string, backend ingressBackend) route {
	if backend.Service == nil {
		return route{label: "no service"}
	}
	name, port := backend.Service.Name, backend.Service.Port
	r := route{label: fmt.Sprintf("%s/%s:%s", namespace, name, cmp.Or(port.Name, strconv.Itoa(port.Number)))}
	for _, s := range c.services {
		if s.Metadata.Namespace != namespace || s.Metadata.Name != name {
			continue
		}
		for _, p := range s.Spec.Ports {
			if (port.Name != "" && p.Name == port.Name) || (port.Name == "" && p.Port == port.Number) {
				r.endpoints = c.endpoints(namespace, name, p.Name)
			}
		}
	}
	return r
}

func (c cluster) endpoints(namespace, service, portName string) []string {
	var found []string
	for _, slice := range c.slices {
		if slice.Metadata.Namespace != namespace || slice.Metadata.Labels["kubernetes.io/service-name"] != service {
			continue
		}
		for _, port := range slice.Ports {
			if port.Name != portName || port.Port == 0 {
				continue
			}
			for _, endpoint := range slice.Endpoints {
				if ready := endpoint.Conditions.Ready; ready == nil || *ready {
					for _, address := range endpoint.Addresses {
						found = append(found, net.JoinHostPort(address, strconv.Itoa(port.Port)))
					}
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
