using System.Text;
using System.Text.Json;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scope = Intilery.AspNetCore.Tests.Compose.Scope;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>What a process has left in the application's database, and nobody can read, holds up nobody.</summary>
public abstract class UnreadableIntentMatrix(Func<Task<TestDatabase>> newDatabase) : DatabaseMatrix(newDatabase)
{
    [Theory]
    [InlineData("")]
    [InlineData("""{"Scope":null}""")]
    [InlineData("""{"Scope":{"Id":"s","Destination":"d"},"Fact":null}""")]
    [InlineData("null")]
    [InlineData("no JSON")]
    public async Task An_intent_that_cannot_be_read_is_a_dead_letter_and_its_users_events_and_the_other_intents_go_on(string payload)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var store = app.Services.GetRequiredService<IOutboxStore>();
        var here = app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var scope = new ScopeContext { Id = "left", Destination = here };
        await store.WriteAsync(
            Commit(Row(1, "peter") with { Destination = here }),
            Write(new Intent(2, "gone", "peter", Encoding.UTF8.GetBytes(payload))),
            Write(new Intent(3, "left", "mary", JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scope, new Scope().Created("mary")), FactJson.Default.IntentPayload))));

        // The application itself looks once when it has started, perhaps before this.
        while (await app.IntentsAsync() > 0)
        {
            await app.Services.GetRequiredService<OrphanWatch>().LookFirstAsync(TestContext.Current.CancellationToken);
            await app.Services.GetRequiredService<OutboxWriter>().WrittenAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(["Signed In peter", "identify mary", "Signed Up mary"], await app.EventsAsync());
        var letter = Assert.Single(await store.ReadDeadLettersAsync(0, 10, CancellationToken.None));
        Assert.Equal((2L, "peter", payload), (letter.Row.Id, letter.Row.UserId, Encoding.UTF8.GetString(letter.Row.Payload.Span)));
        Assert.Equal(0, await app.IntentsAsync());
        Assert.Single(app.Log.Ours, line => line.Id == 313);
    }

    [Fact]
    public async Task Tables_and_entries_of_a_newer_version_are_left_to_it_and_the_log_reports_them()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var store = app.Services.GetRequiredService<IOutboxStore>();
        var here = app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        await Database.ExecuteAsync($"""
            ALTER TABLE "IntileryOutboxRows" ADD COLUMN "Later" INTEGER;
            ALTER TABLE "IntileryOutboxIntents" ADD COLUMN "Later" INTEGER;
            INSERT INTO "IntileryOutboxRows" ("Id", "Format", "Destination", "UserId", "Event", "Due", "Backfill", "Payload", "Later")
                VALUES (1, 2, '{here}', 'peter', 'Signed In', 0, 0, 'newer', 7);
            INSERT INTO "IntileryOutboxIntents" ("Id", "Format", "Owner", "Scope", "UserId", "Payload", "Later") VALUES (2, 2, 'newer', 'scope', 'mary', 'newer', 7);
            INSERT INTO "IntileryOutboxDeadLetters" ("Id", "Format", "Destination", "Event", "Due", "Payload", "Message", "Rejected")
                VALUES (3, 2, '{here}', 'Signed In', 0, 'newer', 'no', 0)
            """);
        await store.WriteAsync(Commit(Row(4, "peter") with { Destination = here }));

        await app.Services.GetRequiredService<OrphanWatch>().LookFirstAsync(TestContext.Current.CancellationToken);

        Assert.Equal([4], await store.IdsAsync(here));
        Assert.Empty(await store.ReadDeadLettersAsync(0, 10, CancellationToken.None));
        var status = await store.GetStatusAsync(CancellationToken.None);
        Assert.Equal((2L, 1L, 1L), (status.Rows, status.Intents, status.DeadLetters));
        Assert.StartsWith(
            "A newer version of Intilery.AspNetCore has written 2 or more entries of the outbox.",
            Assert.Single(app.Log.Ours, line => line.Id == 314).Message, StringComparison.Ordinal);
    }
}

public sealed class MariaDbUnreadableIntentTests(MariaDbServer server) : UnreadableIntentMatrix(() => TestDatabase.MariaDbAsync(server));

public sealed class SqliteUnreadableIntentTests() : UnreadableIntentMatrix(() => Task.FromResult(TestDatabase.Sqlite()));

public sealed class PostgresUnreadableIntentTests(PostgresCluster cluster) : UnreadableIntentMatrix(() => TestDatabase.PostgresAsync(cluster));
