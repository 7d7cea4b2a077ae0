package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func parse[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// shop is the cluster of the lab: two Services with ready Pods, `server` on 8080.
func shop(t *testing.T, ingresses ...string) cluster {
	t.Helper()
	c := cluster{
		services: []service{
			parse[service](t, `{"metadata":{"namespace":"ns","name":"client"},"spec":{"clusterIP":"10.96.0.1","ports":[{"port":80}]}}`),
			parse[service](t, `{"metadata":{"namespace":"ns","name":"server"},"spec":{"clusterIP":"10.96.0.2","ports":[{"name":"http","port":8080}]}}`),
			parse[service](t, `{"metadata":{"namespace":"kubedrill-ingress","name":"kubedrill-ingress"},"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}]}}`),
		},
		slices: []endpointSlice{
			parse[endpointSlice](t, `{"metadata":{"namespace":"ns","labels":{"kubernetes.io/service-name":"client"}},"ports":[{"name":"","port":80}],
				"endpoints":[{"addresses":["10.244.1.2"],"conditions":{"ready":true}},{"addresses":["10.244.1.1"]},{"addresses":["10.244.1.3"],"conditions":{"ready":false}}]}`),
			parse[endpointSlice](t, `{"metadata":{"namespace":"ns","labels":{"kubernetes.io/service-name":"server"}},"ports":[{"name":"http","port":8080}],
				"endpoints":[{"addresses":["10.244.2.1"]}]}`),
		},
	}
	for i, text := range ingresses {
		one := parse[ingress](t, text)
		one.Metadata.CreationTimestamp = time.Unix(int64(i), 0)
		c.ingresses = append(c.ingresses, one)
	}
	return c
}

func shopIngress(port string) string {
	return `{"metadata":{"namespace":"ns","name":"shop"},"spec":{"ingressClassName":"kubedrill","rules":[{"host":"shop.local","http":{"paths":[
		{"path":"/","pathType":"Prefix","backend":{"service":{"name":"client","port":{"number":80}}}},
		{"path":"/api","pathType":"Prefix","backend":{"service":{"name":"server","port":{` + port + `}}}}]}}]}}`
}

func TestAnIngressWithoutOurClassIsNobodys(t *testing.T) {
	c := shop(t, strings.Replace(shopIngress(`"number":8080`), `"ingressClassName":"kubedrill",`, "", 1))
	hosts, refused := routesOf(c)
	if !reflect.DeepEqual(hosts, []host{{}}) || refused != nil {
		t.Errorf("%+v %v", hosts, refused)
	}
}

func TestRoutesLeadToReadyEndpoints(t *testing.T) {
	for _, port := range []string{`"number":8080`, `"name":"http"`} {
		hosts, _ := routesOf(shop(t, shopIngress(port)))
		if len(hosts) != 2 || hosts[1].name != "shop.local" {
			t.Fatalf("%+v", hosts)
		}
		routes := hosts[1].routes
		if routes[0].path != "/" || !slices.Equal(routes[0].endpoints, []string{"10.244.1.1:80", "10.244.1.2:80"}) {
			t.Errorf("%+v", routes[0])
		}
		if routes[1].path != "/api" || !slices.Equal(routes[1].endpoints, []string{"10.244.2.1:8080"}) {
			t.Errorf("%+v", routes[1])
		}
	}
}

func TestAPortThatTheServiceDoesNotHaveLeadsNowhere(t *testing.T) {
	for _, port := range []string{`"number":80`, `"name":"web"`} {
		hosts, _ := routesOf(shop(t, shopIngress(port)))
		if got := hosts[1].routes[1]; got.endpoints != nil {
			t.Errorf("%s: %+v", port, got)
		}
	}
}

func TestTheOlderIngressKeepsAPath(t *testing.T) {
	younger := strings.NewReplacer(`"shop"`, `"copy"`, `"client"`, `"server"`, `"number":80}`, `"number":8080}`).Replace(shopIngress(`"number":8080`))
	hosts, _ := routesOf(shop(t, shopIngress(`"number":8080`), younger))
	if got := hosts[1].routes[0]; got.label != "ns/client:80" || len(hosts[1].routes) != 2 {
		t.Errorf("%+v", hosts[1])
	}
}

func TestADefaultBackendTakesWhatNobodyTakes(t *testing.T) {
	text := `{"metadata":{"namespace":"ns","name":"all"},"spec":{"ingressClassName":"kubedrill","defaultBackend":{"service":{"name":"client","port":{"number":80}}},
		"rules":[{"host":"api.local","http":{"paths":[{"path":"/api","pathType":"Prefix","backend":{"service":{"name":"server","port":{"number":8080}}}}]}}]}}`
	hosts, _ := routesOf(shop(t, text))
	for _, h := range hosts {
		if h.routes[0].path != "/" || h.routes[0].label != "ns/client:80" {
			t.Errorf("%+v", h)
		}
	}
}

func TestWhatCouldBreakTheConfigurationIsRefused(t *testing.T) {
	for _, evil := range []string{`/x\"; return 200; #`, `/a b`, `/{`, `/$host`, `/a\nb`} {
		text := strings.Replace(shopIngress(`"number":8080`), `"/api"`, `"`+evil+`"`, 1)
		hosts, refused := routesOf(shop(t, text))
		if len(hosts[1].routes) != 1 || len(refused) != 1 || !strings.HasPrefix(refused[0], "ingress ns/shop: path ") {
			t.Errorf("%s: %+v %v", evil, hosts, refused)
		}
	}
}

func TestAFinalSlashOfAPrefixMeansNothing(t *testing.T) {
	hosts, _ := routesOf(shop(t, strings.Replace(shopIngress(`"number":8080`), `"/api"`, `"/api/"`, 1)))
	if got := hosts[1].routes[1].path; got != "/api" {
		t.Errorf("%q", got)
	}
}
