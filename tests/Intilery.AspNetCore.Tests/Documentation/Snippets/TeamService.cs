using Intilery.AspNetCore;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class TeamService(NotesDb db, ILifecycleTracker lifecycle)
{
    public async Task CreateAsync(string teamId, string name)
    {
        db.Notes.Add(new Note { Text = name });
        db.Track(new AccountCreated { GroupId = teamId, AccountName = name }); // if, and only if, the save commits
        await db.SaveChangesAsync();
    }

    public async Task ExportAsync()
    {
        await lifecycle.TrackAsync("Report Exported", new Dictionary<string, object?> { ["format"] = "pdf" });
        await lifecycle.IdentifyAsync(new Dictionary<string, object?> { ["company"] = new { name = "Initech", plan = "pro" } });
    }
}
