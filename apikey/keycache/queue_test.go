package keycache_test

import (
	"errors"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// queue is PostgreSQL's queue of notifications, which a listener in a transaction
// that it does not end keeps from being emptied, any listener of any program. When
// it is full, a transaction that notifies fails at its commit with SQLSTATE 54000.
// It stays full when the listener goes on, until pg_notification_queue_usage is
// called: else only a notification that succeeds would have it emptied.
type queue struct{ fill, release func() }

// TestTheNotifyQueueIsFull finds that a revocation then fails, rather than happen
// unheard of, and that nothing is answered from memory, for the heartbeats fail
// too. The queue holds 8 GB on disk: it is played here, and filled under BUILDKEY_SOAK.
func TestTheNotifyQueueIsFull(t *testing.T) {
	t.Parallel()
	makers := map[string]func(t *testing.T) (*world, queue){"played": playedQueue}
	if os.Getenv("BUILDKEY_SOAK") != "" {
		makers["filled"] = filledQueue
	}
	for name, queued := range makers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, q := queued(t)
			k, raw := w.warm(t, keystore.Spec{Project: "1"})
			q.fill()
			full := time.Now()
			if err := w.other.Revoke(t.Context(), k.ID, 0); !errors.Is(err, apikey.ErrUnavailable) || !isFull(err) {
				t.Fatalf("the revocation: %v", err)
			}
			if last := w.lastHit(t, full, raw); last >= bound {
				t.Errorf("answered from memory %v after the last heartbeat, the bound is %v", last, bound)
			}
			if _, err := w.other.Verify(t.Context(), raw); err != nil {
				t.Errorf("the failed revocation left something: %v", err)
			}
			q.release()
			w.remember(t, raw)
			if err := w.other.Revoke(t.Context(), k.ID, 0); err != nil {
				t.Fatal(err)
			}
			if late := w.refusedIn(t, raw); late >= bound {
				t.Errorf("let in %v after the revocation, the bound is %v", late, bound)
			}
		})
	}
}

func isFull(err error) bool {
	said, ok := errors.AsType[*pq.Error](err)
	return ok && said.Code == "54000"
}

// lastHit asks for a valid key until the bound is well over, and gives when the last
// request was made that was answered from memory.
func (w *world) lastHit(t *testing.T, from time.Time, raw string) (last time.Duration) {
	t.Helper()
	w.until(t, "the bound is over", func() bool {
		asked, hits := time.Since(from), w.cache.Stats().Hits
		if _, err := w.cache.Verify(t.Context(), raw); err != nil {
			t.Fatalf("a valid key: %v", err)
		}
		if w.cache.Stats().Hits > hits {
			last = asked
		}
		return asked > bound*3/2
	})
	return last
}

// playedQueue has a pg_notify of its own, which fails at the commit while the queue
// counts as full.
func playedQueue(t *testing.T) (*world, queue) {
	t.Helper()
	dsn := dbtest.PostgresDSN(t)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	dsn = with(t, dsn, "search_path", u.Query().Get("search_path")+", pg_catalog")
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	run := runner(t, db)
	run(`CREATE TABLE brim (held boolean)`)
	run(`CREATE TABLE notes (channel text, payload text)`)
	run(`CREATE FUNCTION pg_notify(text, text) RETURNS void LANGUAGE sql AS 'INSERT INTO notes VALUES ($1, $2)'`)
	run(`CREATE FUNCTION pg_notification_queue_usage() RETURNS void LANGUAGE sql AS 'DELETE FROM brim WHERE NOT held'`)
	run(`CREATE FUNCTION commit_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF EXISTS (SELECT FROM brim) THEN
			RAISE 'too many notifications in the NOTIFY queue' USING ERRCODE = '54000';
		END IF;
		PERFORM pg_catalog.pg_notify(NEW.channel, NEW.payload);
		RETURN NULL;
	END $$`)
	run(`CREATE CONSTRAINT TRIGGER commit_note AFTER INSERT ON notes
		DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commit_note()`)
	return newWorld(t, db, keycache.Config{ListenDSN: dsn}), queue{
		fill:    func() { run(`INSERT INTO brim VALUES (true)`) },
		release: func() { run(`UPDATE brim SET held = false`) },
	}
}

// runner runs statements that must succeed.
func runner(t *testing.T, db sqlx.ExecerContext) func(statement string) {
	return func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// filledQueue fills the real one, on a server of its own.
func filledQueue(t *testing.T) (*world, queue) {
	t.Helper()
	server, w := ownServer(t)
	holder, err := sqlx.Open("postgres", server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { holder.Close() })
	holder.SetMaxOpenConns(1)
	run := runner(t, holder)
	fill := func() {
		run(`LISTEN elsewhere`)
		run(`BEGIN`)
		run(`SELECT 1`)
		for _, many := range []int{8000, 100, 1} {
			var err error
			for err == nil {
				_, err = w.db.ExecContext(t.Context(), `SELECT pg_notify('nobody', i || repeat('-', 7980)) FROM generate_series(1, $1) i`, many)
			}
			if !isFull(err) {
				t.Fatal(err)
			}
		}
	}
	return w, queue{fill: fill, release: func() { holder.Close() }}
}
