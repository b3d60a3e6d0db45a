using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>Events that go with what a transaction of the application commits, of a context that holds the outbox and of one that does not.</summary>
public sealed class DbContextTrackTransactionTests : IAsyncLifetime
{
    private static readonly AccountCreated _created = NotesApp.Created;
    private NotesApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NotesApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task In_an_open_transaction_it_is_recorded_when_that_commits_told_before_the_save_or_after_it(bool holdsOutbox, bool before)
    {
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(new Note());
            if (before)
            {
                db.Track(_created);
            }

            await db.SaveChangesAsync();
            if (!before)
            {
                db.Track(_created);
            }

            await transaction.CommitAsync();
            db.Add(new Note());
            await db.SaveChangesAsync();
        });

        Assert.Equal(["Account Created peter acct_1"], await _app.EventsAsync());
        Assert.Equal(0, await _app.IntentsAsync());
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(false, false, false)]
    public async Task A_transaction_that_is_undone_takes_it_along(bool holdsOutbox, bool isSaved, bool isDisposed)
    {
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                db.Track(_created);
                if (isSaved)
                {
                    await db.SaveChangesAsync();
                }

                if (!isDisposed)
                {
                    await transaction.RollbackAsync();
                }
            }

            db.Add(new Note());
            await db.SaveChangesAsync();
        });

        Assert.Empty(await _app.EventsAsync());
        Assert.Equal(0, await _app.IntentsAsync());
        if (!isDisposed)
        {
            Assert.Contains(_app.Log.Ours, line => line.Message == "Account Created was not tracked: rolled-back.");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_savepoint_that_is_rolled_back_takes_along_what_was_saved_after_it(bool holdsOutbox)
    {
        await _app.InRequestAsync(holdsOutbox, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(new Note { Text = "kept" });
            db.Track(_created);
            await db.SaveChangesAsync();
            await transaction.CreateSavepointAsync("here");
            db.Add(new Note { Text = "undone" });
            db.Track(new TrialStarted { UserId = "peter", GroupId = "acct_1" });
            await db.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("here");
            await transaction.CommitAsync();
        });

        Assert.Equal(["Account Created peter acct_1"], await _app.EventsAsync());
        Assert.Equal(0, await _app.IntentsAsync());
    }

    [Fact]
    public async Task With_the_outbox_in_the_database_it_is_there_before_the_commit()
    {
        await _app.InRequestAsync(holdsOutbox: true, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Track(_created);
            await db.SaveChangesAsync();
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            command.CommandText = $"SELECT COUNT(*) FROM {Table(db, "Intent")}";
            Assert.Equal(1L, await command.ExecuteScalarAsync());
            await transaction.CommitAsync();
        });

        Assert.Equal(["Account Created peter acct_1"], await _app.EventsAsync());
    }

    private static string Table(DbContext db, string part) =>
        db.Model.GetEntityTypes().Select(type => type.GetTableName()!).Single(name => name.Contains(part, StringComparison.Ordinal));
}
