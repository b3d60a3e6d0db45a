using System.Globalization;
using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Delivery;

/// <summary>
/// The faults that events must outlive, each on the embedded outbox: nothing is lost but bad events, which are dead letters,
/// nothing arrives twice but what was in flight when an answer was lost, and each user's events arrive in order.
/// </summary>
public abstract class Faults : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose()
    {
        _scratch.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static OutboxRow[] Rows(int count, int users = 20, int bytes = 0) =>
        [.. Enumerable.Range(1, count).Select(id => Large(Row(id, $"u{id % users}"), bytes))];

    // Every one, no other, none twice, and each user's in the order of their ids.
    private protected static void AssertEachOnce(IReadOnlyList<OutboxRow> rows, IReadOnlyList<ReceivedCall> calls)
    {
        Assert.Equal(rows.Count, calls.Count);
        Assert.Equal(
            rows.Select(row => row.Id).Order(),
            calls.Select(call => long.Parse(call.MessageId![1..], CultureInfo.InvariantCulture)).Order());
        RejectionTests.AssertOrderPerUser(calls);
    }

    private protected Task<DeliveringApp> StartAsync(string baseAddress, ReloadableSettings? configuration = null) => DeliveringApp.StartAsync(baseAddress, new IdentityAppSetup
    {
        Configuration = configuration,
        Settings =
        {
            ["Intilery:Outbox:Path"] = _scratch.Combine("outbox"),

            // Longer than anything that a test lets pass.
            ["Intilery:Delivery:RequestTimeout"] = "00:02:00",
        },
    });

    // Padded to about so many bytes.
    private protected static OutboxRow Large(OutboxRow row, int bytes)
    {
        var payload = Encoding.UTF8.GetString(row.Payload.Span);
        return bytes <= payload.Length
            ? row
            : row with { Payload = Encoding.UTF8.GetBytes($$"""{{payload[..^1]}},"padding":"{{new string('x', bytes - payload.Length)}}"}""") };
    }
}
