package eventtest_test

import (
	"testing"

	sitesv1 "github.com/evgen-dev/evgen/examples/gen/acme/sites/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func TestProjectionInANewDatabaseStartsWithTheLogWhereverItsGroupIs(t *testing.T) {
	t.Parallel()
	h := eventtest.New(t)
	if err := sqldb.Migrate(t.Context(), h.DB(), sitesv1ev.InstalledAppTable); err != nil {
		t.Fatal(err)
	}
	eventtest.Publish(h, sitesv1ev.Site, &sitesv1.Site{SiteId: "a", Revision: 1, Apps: []*sitesv1.Site_App{{AppId: "shop", State: sitesv1.Site_ACTIVE}}})
	h.Run(sitesv1ev.NewInstalledAppWriter(h.DB()))
	for _, table := range []string{"installed_apps_p", "evgen_offset", "evgen_revision"} {
		if _, err := h.DB().ExecContext(t.Context(), "delete from "+table); err != nil {
			t.Fatal(err)
		}
	}
	h.Run(sitesv1ev.NewInstalledAppWriter(h.DB()))
	h.WantRows("select site_id from installed_apps", "a")
}
