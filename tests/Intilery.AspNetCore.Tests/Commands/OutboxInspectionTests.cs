using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Outbox;
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
        store.Setup(it => it.ReadAsync(It.IsAny<string>(), It.IsAny<DateTimeOffset>(), It.IsAny<int>(), It.IsAny<CancellationToken>())).Returns(new ValueTask<IReadOnlyList<OutboxRow>>([]));
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
}
