using System.Text;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Delivery;

/// <summary>Events that the API refuses, or that are large.</summary>
public sealed class EventFaultTests : Faults
{
    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    [InlineData(199)]
    public async Task One_bad_event_among_two_hundred(int place)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(200);
        var bad = rows[place];
        rows[place] = bad with { Payload = BadRow(bad.Id).Payload };

        await app.RecordAsync(rows);
        await app.EmptyAsync();

        AssertEachOnce([.. rows.Where(row => row.Id != bad.Id)], api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 1);
        Assert.InRange(api.Bodies.Count, 2, 17);
    }

    [Fact]
    public async Task A_hundred_bad_events_in_a_row()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(1000, users: 50);
        for (var i = 300; i < 400; i++)
        {
            rows[i] = rows[i] with { Payload = BadRow(rows[i].Id).Payload };
        }

        await app.RecordAsync(rows);
        await app.PassUntilEmptyAsync();

        AssertEachOnce([.. rows[..300], .. rows[400..]], api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 100);
    }

    [Fact]
    public async Task One_event_of_40_KB_among_fifty()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(50, bytes: 200);
        var large = rows[20] = Large(rows[20], 40 * 1024);

        await app.RecordAsync(rows);
        await app.EmptyAsync();

        AssertEachOnce([.. rows.Where(row => row != large)], api.Accepted);
        var letter = Assert.Single(await Operations(app).ListDeadLettersAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal((large.Id, "call is larger than 32 KB"), (letter.Id, letter.Reason));
    }

    [Fact]
    public async Task Two_hundred_events_of_15_KB()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(200, bytes: 15 * 1024);

        await app.RecordAsync(rows);
        await app.EmptyAsync();

        AssertEachOnce(rows, api.Accepted);
        Assert.Equal(4, api.Bodies.Count);
        Assert.All(api.Bodies, body => Assert.True(Encoding.UTF8.GetByteCount(body) < BatchPacker.MaxBytes));
    }

    private static IIntileryOutbox Operations(DeliveringApp app) => app.App.Services.GetRequiredService<IIntileryOutbox>();
}
