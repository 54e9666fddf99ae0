package readme

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // driver "sqlite"

	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
	"github.com/buildkey/buildkey/queryset"
)

// build is a row with a rule of its own: it may be changed until it is finished.
type build struct {
	State string `db:"state"`
}

var builds = &queryset.Table{
	Name: "builds", Resource: "build",
	Project: "project_id", Version: "version_id", Build: "id",
	Write: []string{"state"},
}

// save is the handler that README.md shows a part of.
func save(guard *middleware.Guard, db *sqlx.DB, id string, set queryset.Values) middleware.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, row := r.Context(), build{}
		if err := builds.For(ctx).Get(ctx, db, &row, id); err != nil {
			return err
		}
		if err := guard.CheckObject(r, row); err != nil {
			return err
		}
		return builds.For(ctx).Where("state = ?", row.State).Update(ctx, db, id, set) // 404 when it has changed since
	}
}

// TestCheckedWrite asks for the write of a row that may be written, of one that
// may not, and of one that another request finishes right after it was judged.
func TestCheckedWrite(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, state string
		overtaken   bool
		want        int
		left        string
	}{
		{"an open build", "building", false, http.StatusOK, "uploading"},
		{"a finished build", "finished", false, http.StatusForbidden, "finished"},
		{"a build finished meanwhile", "building", true, http.StatusNotFound, "finished"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			db := oneBuild(t, row.state)
			open := permission.ForObject("IsOpen", func(_ *http.Request, b build) error {
				if b.State == "finished" {
					return permission.Denied("finished", "the build is finished")
				}
				if row.overtaken {
					db.MustExec(`UPDATE builds SET state = 'finished'`)
				}
				return nil
			})
			status, left := upload(t, db, open), ""
			if err := db.Get(&left, `SELECT state FROM builds`); err != nil {
				t.Fatal(err)
			}
			if status != row.want || left != row.left {
				t.Errorf("answered %d and left %q, want %d and %q", status, left, row.want, row.left)
			}
		})
	}
}

// upload moves the build on, with its key and where the permission grants it.
func upload(t *testing.T, db *sqlx.DB, may permission.Permission) (status int) {
	t.Helper()
	keys := &apikeytest.Keys{}
	guard := &middleware.Guard{Keys: keys}
	r := httptest.NewRequest(http.MethodPatch, "/build/101/", nil)
	apikeytest.Authorize(r, keys.Add(apikeytest.BuildKey("1", "11", "101")))
	w := httptest.NewRecorder()
	guard.Authenticate(guard.Require(may)(save(guard, db, "101", queryset.Values{"state": "uploading"}))).ServeHTTP(w, r)
	return w.Code
}

// oneBuild is a database with the build 101.
func oneBuild(t *testing.T, state string) *sqlx.DB {
	t.Helper()
	db := sqlx.MustOpen("sqlite", ":memory:")
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	db.MustExec(`CREATE TABLE builds (id integer PRIMARY KEY, project_id integer, version_id integer, state text)`)
	db.MustExec(`INSERT INTO builds VALUES (101, 1, 11, ?)`, state)
	return db
}
