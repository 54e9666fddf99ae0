package server

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
)

func TestPagesHoldEachRowOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		var seen []float64
		next, pages := "build/?limit=4&project__slug=alpha", 0
		for next != "" {
			got := w.do("kp", "GET", next, nil).want(200)
			seen = append(seen, got.ids()...)
			after, _ := got.json()["next"].(string)
			next = strings.TrimPrefix(after, w.url+"/api/v2/")
			pages++
		}
		if diff := cmp.Diff([]float64{101, 102, 103, 104, 105, 106}, seen); diff != "" || pages != 2 {
			t.Errorf("%d pages: %s", pages, diff)
		}
	})
}

func TestPageLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, row := range []struct {
		name, query    string
		next, previous any
		rows           int
	}{
		{"the first", "limit=2", "?limit=2&offset=2", nil, 2},
		{"in between", "limit=2&offset=3", "?limit=2&offset=5", "?limit=2&offset=1", 2},
		{"the last", "limit=2&offset=4", nil, "?limit=2&offset=2", 2},
		{"behind the last", "offset=50", nil, "?limit=10&offset=40", 0},
		{"all", "limit=100", nil, nil, 6},
		{"back to the start", "limit=5&offset=1", nil, "?limit=5&offset=0", 5},
	} {
		got := w.do("kp", "GET", "build/?"+row.query, nil).want(200)
		o := got.json()
		for name, want := range map[string]any{"next": row.next, "previous": row.previous} {
			if want != nil {
				want = w.url + "/api/v2/build/" + want.(string)
			}
			if o[name] != want {
				t.Errorf("%s: %s is %v, want %v", row.name, name, o[name], want)
			}
		}
		if o["count"] != 6.0 || len(got.ids()) != row.rows {
			t.Errorf("%s: %v rows of %v", row.name, len(got.ids()), o["count"])
		}
	}
}

func TestPagesThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, query := range []string{"limit=0", "limit=101", "limit=-1", "limit=ten", "limit=", "offset=-1", "offset=x", "offset=99999999999999999999", "limit=1.5"} {
		for _, list := range []string{"build/", "project/", "version/", "notifications/", "keys/"} {
			got := w.do("staff", "GET", list+"?"+query, nil).want(400)
			if name, _, _ := strings.Cut(query, "="); len(got.fields()) != 1 || got.fields()[0] != name {
				t.Errorf("%s?%s: the errors are about %v", list, query, got.fields())
			}
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		w.exec(`UPDATE builds SET "commit" = 'c0ffee' WHERE id IN (102, 201)`)
		w.exec(`UPDATE versions SET active = false WHERE id = 12`)
		for _, row := range []struct {
			caller, path string
			want         []float64
		}{
			{"kp", "build/?commit=c0ffee", []float64{102}},
			{"staff", "build/?commit=c0ffee", []float64{102, 201}},
			{"kp", "build/?state=triggered", []float64{102, 106}},
			{"kp", "build/?state=triggered&commit=c0ffee", []float64{102}},
			{"kp", "build/?commit=C0FFEE", []float64{}},
			{"kp", "version/?active=false", []float64{12}},
			{"kp", "version/?active=true&project__slug=alpha", []float64{11, 13, 14}},
			{"staff", "version/?project__slug=beta", []float64{21}},
			{"staff", "project/?slug=beta", []float64{2}},
			{"kp", "project/?slug=beta", []float64{}},
			{"anon", "project/?slug=' OR '1'='1", []float64{}},
			{"staff", "version/?none=1&ordering=none&order_by=none&project__slug=beta", []float64{21}}, // no parameters of the list's
		} {
			got := w.do(row.caller, "GET", strings.ReplaceAll(row.path, " ", "%20"), nil).want(200)
			if diff := cmp.Diff(row.want, got.ids()); diff != "" {
				t.Errorf("%s by %s: %s", row.path, row.caller, diff)
			}
		}
	})
}
