package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ports of nginx: requests, and the kubelet's readiness probe.
const (
	httpPort  = 80
	readyPort = 8081
)

const head = `# Written by kubedrill's ingress stand-in. Every change of an Ingress, Service or EndpointSlice writes it anew.
user www-data;
worker_processes 1;
pid %[1]s/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log /dev/stdout;
  default_type text/plain;
  server_tokens off;
  keepalive_timeout 0;
  client_max_body_size 8m;
  server_names_hash_bucket_size 256;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  proxy_connect_timeout 2s;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  server {
    listen %[3]d;
    access_log off;
    return 200 "ok\n";
  }
`

// configuration is the nginx.conf for these hosts; `folder` holds what nginx writes, `port` is where it listens.
func configuration(hosts []host, folder string, port, ready int) string {
	var conf strings.Builder
	fmt.Fprintf(&conf, head, folder, port, ready)
	upstreams := upstreams{}
	var servers strings.Builder
	for _, h := range hosts {
		h.write(&servers, &upstreams, port)
	}
	for i, endpoints := range upstreams {
		fmt.Fprintf(&conf, "  upstream u%d {\n", i)
		for _, endpoint := range endpoints {
			fmt.Fprintf(&conf, "    server %s max_fails=0;\n", endpoint)
		}
		conf.WriteString("  }\n")
	}
	conf.WriteString(servers.String())
	conf.WriteString("}\n")
	return conf.String()
}

type upstreams [][]string

func (u *upstreams) nameOf(endpoints []string) string {
	index := slices.IndexFunc(*u, func(known []string) bool { return slices.Equal(known, endpoints) })
	if index < 0 {
		index = len(*u)
		*u = append(*u, endpoints)
	}
	return fmt.Sprintf("u%d", index)
}

func (h host) write(conf *strings.Builder, upstreams *upstreams, port int) {
	listen, name := fmt.Sprint(port), h.name
	if name == "" {
		listen, name = listen+" default_server", "_"
	} else if rest, wildcard := strings.CutPrefix(name, "*."); wildcard {
		name = fmt.Sprintf(`"~^[^.]+\.%s$"`, regexp.QuoteMeta(rest))
	}
	fmt.Fprintf(conf, "  server {\n    listen %s;\n    server_name %s;\n", listen, name)
	whole := false
	for _, r := range h.routes {
		action := "return 503 \"503 Service Unavailable\\n\";"
		if len(r.endpoints) > 0 {
			action = "proxy_pass http://" + upstreams.nameOf(r.endpoints) + ";"
		}
		for _, match := range r.matches(h.routes) {
			fmt.Fprintf(conf, "    location %s { %s } # %s\n", match, action, r.label)
		}
		whole = whole || (r.path == "/" && !r.exact)
	}
	if !whole {
		conf.WriteString("    location / { return 404 \"404 Not Found\\n\"; }\n")
	}
	conf.WriteString("  }\n")
}

// matches are nginx's words for a path. A prefix matches whole elements: /api is /api and /api/x, not /apis.
// nginx prefers the longest prefix, and an exact path before all.
func (r route) matches(all []route) []string {
	exactly := fmt.Sprintf(`= "%s"`, r.path)
	switch {
	case r.exact && r.path != "/" && strings.HasSuffix(r.path, "/"):
		// With `=`, nginx would redirect /x to /x/ by itself.
		return []string{fmt.Sprintf(`~ "^%s$"`, regexp.QuoteMeta(r.path))}
	case r.exact:
		return []string{exactly}
	case r.path == "/":
		return []string{"/"}
	}
	prefix := fmt.Sprintf(`"%s/"`, r.path)
	if slices.ContainsFunc(all, func(other route) bool { return other.exact && other.path == r.path }) {
		return []string{prefix}
	}
	return []string{exactly, prefix}
}
