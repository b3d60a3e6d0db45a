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
}

public sealed class MariaDbUnreadableIntentTests(MariaDbServer server) : UnreadableIntentMatrix(() => TestDatabase.MariaDbAsync(server));

public sealed class SqliteUnreadableIntentTests() : UnreadableIntentMatrix(() => Task.FromResult(TestDatabase.Sqlite()));

public sealed class PostgresUnreadableIntentTests(PostgresCluster cluster) : UnreadableIntentMatrix(() => TestDatabase.PostgresAsync(cluster));
