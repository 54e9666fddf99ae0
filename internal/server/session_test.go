package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// step is one request of builder_session.json.
type step struct {
	N                       int
	Method, Path, Auth, Why string
	Body                    map[string]any
	Headers                 map[string]string
	Status                  int
	Answer                  []string
	Save                    map[string]string
}

// session is a worker's, with what it saved.
type session struct {
	*world
	name  string
	saved map[string]string
}

// newSession has build 7 of version 11 of the public project alpha, and a key of
// it.
func newSession(t *testing.T, db *sqlx.DB, name string) *session {
	w := emptyWorld(t, db)
	w.exec(`INSERT INTO projects (id, slug, name, privacy_level, max_concurrent_builds, environment_variables, has_ssh_key_with_write_access)
		VALUES (1, 'alpha', 'Alpha', 'public', 4, '{}', false)`)
	w.exec(`INSERT INTO versions (id, project_id, slug, type, active, privacy_level, built, has_pdf, has_epub, has_htmlzip)
		VALUES (11, 1, 'latest', 'branch', true, 'public', false, false, false, false)`)
	w.exec(`INSERT INTO builds (id, project_id, version_id, state, date) VALUES (7, 1, 11, 'triggered', 0)`)
	key := w.mint(keystore.Spec{Project: "1", Version: "11", Build: "7"})
	return &session{w, name, map[string]string{"key": key}}
}

func (s *session) run(steps []step) {
	s.t.Helper()
	for _, step := range steps {
		var body any
		if step.Body != nil {
			body = s.filled(step.Body)
		}
		var headers []string
		for name, value := range step.Headers {
			headers = append(headers, name, value)
		}
		caller := map[string]string{"key": s.saved["key"], "staff": "staff", "none": "anon"}[step.Auth]
		got := s.do(caller, step.Method, strings.TrimPrefix(s.fill(step.Path), "/api/v2/"), body, headers...)
		if got.status != step.Status {
			s.t.Fatalf("%s %d: %s %s: %d, want %d (%s): %s", s.name, step.N, step.Method, step.Path, got.status, step.Status, step.Why, got.text)
		}
		s.keep(step, got)
	}
}

// keep checks the fields that an answer must have, and saves those asked for.
func (s *session) keep(step step, got answer) {
	if len(step.Answer) == 0 && len(step.Save) == 0 {
		return
	}
	shown := got.json()
	for _, field := range step.Answer {
		if _, there := shown[field]; !there {
			s.t.Errorf("%s %d: the answer lacks %s: %s", s.name, step.N, field, got.text)
		}
	}
	for name, field := range step.Save {
		s.saved[name] = fmt.Sprint(shown[field])
	}
}

func (s *session) fill(text string) string {
	for name, value := range s.saved {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

func (s *session) filled(body map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range body {
		if text, ok := value.(string); ok {
			value = s.fill(text)
		}
		out[name] = value
	}
	return out
}

func TestBuilderSession(t *testing.T) {
	t.Parallel()
	var v map[string]any
	readVectors(t, "builder_session.json", &v)
	var parts struct {
		Trigger        []step `json:"trigger"`
		TriggerWrapped []step `json:"trigger_wrapped"`
		Success        []step `json:"success"`
		Failure        []step `json:"failure"`
		AfterRevoke    []step `json:"after_revoke"`
		Retries        []step `json:"retries"`
	}
	readVectors(t, "builder_session.json", &parts)
	for _, row := range []struct {
		name  string
		steps [][]step
	}{
		{"trigger", [][]step{parts.Trigger}},
		{"trigger wrapped", [][]step{parts.TriggerWrapped}},
		{"success", [][]step{parts.Success, parts.AfterRevoke}},
		{"failure", [][]step{parts.Failure, parts.AfterRevoke}},
		{"retries", [][]step{parts.Retries}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
				s := newSession(t, db, row.name)
				for _, steps := range row.steps {
					if len(steps) == 0 {
						t.Fatal("the vectors hold no steps")
					}
					s.run(steps)
				}
				if s.saved["again"] != s.saved["c1"] && s.saved["again"] != "" {
					t.Errorf("the retry made command %s, and the first was %s", s.saved["again"], s.saved["c1"])
				}
			})
		})
	}
}

// TestFinishedBuildKeepsWhatWasSaid reads back what a worker's session wrote.
func TestFinishedBuildKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	var parts struct{ Success []step }
	readVectors(t, "builder_session.json", &parts)
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		s := newSession(t, db, "success")
		s.run(parts.Success)
		b := s.do("staff", "GET", "build/7/", nil).want(200).json()
		if b["state"] != "finished" || b["success"] != true || b["builder"] != "worker-1" || b["task_executed_at"] != "2026-01-05T10:00:00Z" {
			t.Errorf("the build is %v", b)
		}
		commands, _ := b["commands"].([]any)
		if len(commands) != 2 {
			t.Fatalf("%d commands, want 2", len(commands))
		}
		last := commands[1].(map[string]any)
		if last["output"] != "built 3 pages\n" || last["exit_code"] != 0.0 || last["run_time"] != 25.0 {
			t.Errorf("the last command is %v", last)
		}
		k, err := s.server.keys.List(t.Context(), keystore.Filter{Build: apikey.ID("7")})
		if err != nil || k.Total != 0 {
			t.Errorf("%d keys of the build live on (%v)", k.Total, err)
		}
	})
}
