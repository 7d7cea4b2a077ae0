package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

type fake struct {
	controller
	loads   []string
	patched []string
}

func controllerOver(t *testing.T, look func() (cluster, error)) *fake {
	f := &fake{}
	f.controller = controller{
		look: func(context.Context) (cluster, error) { return look() },
		load: func(conf string) error { f.loads = append(f.loads, conf); return nil },
		setAddress: func(_ context.Context, of meta, ip string) error {
			f.patched = append(f.patched, of.Namespace+"/"+of.Name+" "+ip)
			return nil
		},
		render: func(hosts []host) string { return fmt.Sprint(hosts) },
		self:   meta{Namespace: "kubedrill-ingress", Name: "kubedrill-ingress"},
		say:    t.Logf,
	}
	return f
}

func TestOnlyAChangeIsLoaded(t *testing.T) {
	seen := shop(t, shopIngress(`"number":80`))
	f := controllerOver(t, func() (cluster, error) { return seen, nil })
	f.sync(context.Background())
	f.sync(context.Background())
	if len(f.loads) != 1 {
		t.Errorf("%d loads", len(f.loads))
	}
	seen = shop(t, shopIngress(`"number":8080`))
	f.sync(context.Background())
	if len(f.loads) != 2 {
		t.Errorf("%d loads", len(f.loads))
	}
}

func TestOurIngressesGetOurAddressOnce(t *testing.T) {
	seen := shop(t, shopIngress(`"number":8080`), `{"metadata":{"namespace":"ns","name":"theirs"},"spec":{"ingressClassName":"nginx"}}`)
	f := controllerOver(t, func() (cluster, error) { return seen, nil })
	f.sync(context.Background())
	if !slices.Equal(f.patched, []string{"ns/shop 10.96.0.9"}) {
		t.Errorf("%v", f.patched)
	}
	json.Unmarshal([]byte(`{"loadBalancer":{"ingress":[{"ip":"10.96.0.9"}]}}`), &seen.ingresses[0].Status)
	f.sync(context.Background())
	if len(f.patched) != 1 {
		t.Errorf("%v", f.patched)
	}
}

func TestTheConfigurationOutlivesTheAPIServer(t *testing.T) {
	away := false
	f := controllerOver(t, func() (cluster, error) {
		if away {
			return cluster{}, errors.New("connection refused")
		}
		return shop(t, shopIngress(`"number":8080`)), nil
	})
	f.sync(context.Background())
	away = true
	if problems := f.sync(context.Background()); !slices.Equal(problems, []string{"connection refused"}) || len(f.loads) != 1 {
		t.Errorf("%v, %d loads", problems, len(f.loads))
	}
}

func TestWhatIsAskedOfTheAPIServer(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL, body)))
		if strings.HasSuffix(r.URL.Path, "/status") && r.Header.Get("Content-Type") != "application/merge-patch+json" {
			w.WriteHeader(415)
		}
		fmt.Fprint(w, `{"items":[{"metadata":{"name":"x","creationTimestamp":"2026-01-02T03:04:05Z"},"spec":{"ingressClassName":"kubedrill"}}]}`)
	}))
	defer server.Close()
	a := &api{base: server.URL, client: server.Client()}
	seen, err := a.look(context.Background())
	if err != nil || seen.ingresses[0].Spec.IngressClassName != "kubedrill" || seen.ingresses[0].Metadata.CreationTimestamp.Year() != 2026 {
		t.Errorf("%+v %v", seen, err)
	}
	if err := a.setAddress(context.Background(), meta{Namespace: "ns", Name: "shop"}, "10.96.0.9"); err != nil {
		t.Error(err)
	}
	want := []string{
		"GET /apis/networking.k8s.io/v1/ingresses?resourceVersion=0",
		"GET /api/v1/services?resourceVersion=0",
		"GET /apis/discovery.k8s.io/v1/endpointslices?resourceVersion=0",
		`PATCH /apis/networking.k8s.io/v1/namespaces/ns/ingresses/shop/status {"status":{"loadBalancer":{"ingress":[{"ip":"10.96.0.9"}]}}}`,
	}
	if !slices.Equal(asked, want) {
		t.Errorf("%q", asked)
	}
}

func TestNothingElseIsAskedWhileNoIngressIsOurs(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		fmt.Fprint(w, `{"items":[{"metadata":{"name":"shop"},"spec":{"ingressClassName":"somebody-else"}}]}`)
	}))
	defer server.Close()
	if _, err := (&api{base: server.URL, client: server.Client()}).look(context.Background()); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(asked) != "[/apis/networking.k8s.io/v1/ingresses]" {
		t.Errorf("asked %v", asked)
	}
}

func TestARefusalOfTheAPIServerIsToldInItsWords(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "ingresses is forbidden", 403) }))
	defer server.Close()
	_, err := (&api{base: server.URL, client: server.Client()}).look(context.Background())
	if err == nil || err.Error() != "GET /apis/networking.k8s.io/v1/ingresses?resourceVersion=0: 403 Forbidden: ingresses is forbidden\n" {
		t.Errorf("%v", err)
	}
}
