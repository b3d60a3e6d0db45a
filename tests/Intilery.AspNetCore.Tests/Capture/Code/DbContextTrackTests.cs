using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>Events that go with a save, of a context that holds the outbox and of one that does not. Neither knows of Identity.</summary>
public sealed class DbContextTrackTests : IAsyncLifetime
{
    private static readonly AccountCreated _created = NotesApp.Created;
    private NotesApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NotesApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_recorded_once_with_the_save_that_commits_and_with_no_other(bool holdsOutbox)
    {
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            db.Add(new Note());
            await db.SaveChangesAsync();
            db.Track(_created);
            db.Add(new Note());
            Assert.Equal(1, await db.SaveChangesAsync());
            Assert.Equal(2, db.ChangeTracker.Entries().Count());
            await db.SaveChangesAsync();
        });

        Assert.Equal(["Account Created peter acct_1"], await _app.EventsAsync());
        Assert.Equal(0, await _app.IntentsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_recorded_without_a_save(bool holdsOutbox)
    {
        await _app.InRequestAsync(holdsOutbox, db =>
        {
            db.Track(_created);
            return Task.CompletedTask;
        });

        // The pool gives the same context to the next request, whose save is none of the former's.
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            db.Add(new Note());
            await db.SaveChangesAsync();
        });

        Assert.Empty(await _app.EventsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_of_nothing_else_records_it_too(bool holdsOutbox)
    {
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            db.Track(_created);
            Assert.Equal(0, await db.SaveChangesAsync());
        });

        Assert.Equal(["Account Created peter acct_1"], await _app.EventsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_that_fails_keeps_it_for_the_one_that_does_not(bool holdsOutbox)
    {
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            db.Track(_created);
            var unsavable = db.Add(new Note { Text = null! });
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(TestContext.Current.CancellationToken));
            unsavable.Entity.Text = "saved";
            await db.SaveChangesAsync();
        });

        Assert.Equal(["Account Created peter acct_1"], await _app.EventsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Told_again_after_a_save_that_failed_it_is_one(bool holdsOutbox)
    {
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            for (var attempt = 0; attempt < 2; attempt++)
            {
                db.ChangeTracker.Clear();
                db.Track(new CustomEvent("Note Kept") { UserId = "peter", Properties = new Dictionary<string, object?> { ["length"] = 3 } });
                db.Add(new Note { Text = attempt == 0 ? null! : "saved" });
                try
                {
                    await db.SaveChangesAsync();
                }
                catch (DbUpdateException)
                {
                    // The next attempt is another.
                }
            }
        });

        Assert.Equal(["Note Kept peter"], await _app.EventsAsync());
    }

    [Fact]
    public async Task Outside_of_any_request_it_goes_with_the_commit_too()
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NotesDb>();

        Assert.Throws<ArgumentException>(() => db.Track(new InviteSent()));
        db.Track(_created);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);

        await _app.StopAsync();
        Assert.Equal(["Account Created peter acct_1"], await _app.EventsAsync());
    }

    [Fact]
    public async Task Side_by_side_each_context_records_its_own()
    {
        await _app.RequestAsync(async request =>
        {
            var (one, two) = (request.RequestServices.GetRequiredService<NotesDb>(), request.RequestServices.GetRequiredService<PlainNotesDb>());
            one.Track(_created);
            two.Track(new TrialStarted { UserId = "peter", GroupId = "acct_1" });
            await Task.WhenAll(one.SaveChangesAsync(), two.SaveChangesAsync());
        });

        Assert.Equal(["Account Created peter acct_1", "Trial Started peter acct_1"], await _app.EventsAsync());
    }

    [Fact]
    public async Task Saves_of_contexts_without_anything_to_tell_are_left_alone()
    {
        var before = _app.Transactions;
        await _app.InRequestAsync(holdsOutbox: true, async db =>
        {
            db.Add(new Note());
            await db.SaveChangesAsync();
        });

        Assert.Equal(before, _app.Transactions);
        Assert.Empty(await _app.EventsAsync());
    }

    [Fact]
    public async Task An_event_that_cannot_be_sent_is_refused_where_it_is_told() => await _app.InRequestAsync(holdsOutbox: true, db =>
    {
        Assert.StartsWith("AccountCreated.GroupId must not be empty.", Assert.Throws<ArgumentException>(() => db.Track(new AccountCreated { GroupId = "" })).Message, StringComparison.Ordinal);
        return Task.CompletedTask;
    });

    [Fact]
    public void A_context_that_was_made_by_hand_is_refused_and_told_why()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        using var db = new PlainNotesDb(new DbContextOptionsBuilder<PlainNotesDb>().UseSqlite(connection).Options);

        Assert.Equal(
            "Intilery does not see what this PlainNotesDb saves. Register it with AddDbContext, AddDbContextPool or one of their "
            + "factories, in the same services as Intilery; contexts that code constructs itself are not seen.",
            Assert.Throws<InvalidOperationException>(() => db.Track(_created)).Message);
    }
}
