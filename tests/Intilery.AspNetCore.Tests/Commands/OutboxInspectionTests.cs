using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moq;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class OutboxInspectionTests
{
    [Fact]
    public async Task Looks_that_take_long_take_a_tenth_of_the_time_however_often_health_is_asked_for()
    {
        await using var app = await IdentityApp.StartAsync();
        var clock = new ObservedClock();
        using var diagnostics = new TestDiagnostics(clock);
        var looks = 0;
        var store = new Mock<IOutboxStore>();
        store.Setup(it => it.GetStatusAsync(It.IsAny<CancellationToken>())).Returns(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return new(new OutboxStatus(++looks, 0, 0, new Dictionary<string, long>()));
        });
        var inspection = new OutboxInspection(store.Object, app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>(), diagnostics.Diagnostics, clock);

        Assert.Equal(1, (await inspection.LookAsync(TestContext.Current.CancellationToken)).Rows);
        clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(1, (await inspection.LookAsync(TestContext.Current.CancellationToken)).Rows);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(2, (await inspection.LookAsync(TestContext.Current.CancellationToken)).Rows);
    }

    [Fact]
    public async Task A_change_that_nobody_finishes_shows_its_age_and_what_it_holds_back()
    {
        await using var app = await IdentityApp.StartAsync();
        var clock = new ObservedClock();
        using var diagnostics = new TestDiagnostics(clock);
        using var store = new MemoryOutboxStore(10);
        var ids = new RowIdSequence(clock);
        var options = app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
        var row = OutboxSample.Row(ids.Next()) with { Destination = options.CurrentValue.Destination };
        await store.WriteAsync(OutboxSample.Write(OutboxSample.Intent(ids.Next())), OutboxSample.Commit(row));
        clock.Advance(TimeSpan.FromHours(2));

        var seen = await new OutboxInspection(store, options, diagnostics.Diagnostics, clock).LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal((1L, 1L), (seen.Rows, seen.Unfinished));
        Assert.InRange(seen.Age, TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1), TimeSpan.FromHours(2));
    }
}
