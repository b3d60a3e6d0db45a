using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Everything that came of one row: nothing from before it, and all of it when every request is over.</summary>
internal sealed class Observed
{
    /// <summary>What a message ends with that tells more of the person than claims do.</summary>
    public const string ByRow = "by row";

    // Lower ids are of the set-up.
    private const int FactSuppressed = 100;

    // Warned of once in an application's life, and counted among the reasons each time.
    private const int BulkChange = 130;

    private readonly FlowApp _app;
    private readonly int _lines;
    private readonly int _calls;

    private Observed(FlowApp app)
    {
        _app = app;
        _lines = app.Log.Ours.Count;
        _calls = app.Calls.All.Count;
    }

    public IReadOnlyList<string> Messages { get; private set; } = [];

    public IReadOnlyList<string> Reasons { get; private set; } = [];

    public IReadOnlyList<string> Calls { get; private set; } = [];

    /// <summary>Gets what we logged of the requests as warnings or worse, which is nothing.</summary>
    public IReadOnlyList<string> Complaints { get; private set; } = [];

    /// <summary>Observes from here on.</summary>
    public static async Task<Observed> FromHereAsync(FlowApp app)
    {
        await app.Requests.NoneAsync();
        if (app.Services.GetService<IOutboxReader>() is { } outbox)
        {
            await outbox.CompleteAsync([.. (await RowsAsync(app, outbox)).Select(row => row.Id)], CancellationToken.None);
        }

        return new Observed(app);
    }

    /// <summary>Waits until every request is over and reads what came of them.</summary>
    public async Task ReadAsync(Func<string, Task<string>> nameOf)
    {
        await _app.Requests.NoneAsync();
        var messages = new List<string>();
        foreach (var row in _app.Services.GetService<IOutboxReader>() is { } outbox ? await RowsAsync(_app, outbox) : [])
        {
            var call = new ReceivedCall(row.Destination, System.Text.Encoding.UTF8.GetString(row.Payload.Span));
            var message = $"{call.Event} {await nameOf(call.UserId!)} {call.GroupId}".TrimEnd();
            messages.Add(call.Call["traits"]?["phone"] is null ? message : $"{message} {ByRow}");
        }

        var lines = _app.Log.Ours.Skip(_lines).ToList();
        Messages = messages;
        Reasons = [.. lines.Where(line => line.Id == FactSuppressed).Select(line => Short(line.Message))];
        Complaints = [.. lines.Where(line => line is { Id: >= FactSuppressed and not BulkChange, Level: >= LogLevel.Warning }).Select(line => $"{line.Message} {line.Exception}")];
        Calls = [.. _app.Calls.All.Skip(_calls)];
    }

    private static async Task<IReadOnlyList<OutboxRow>> RowsAsync(FlowApp app, IOutboxReader outbox) => await outbox.ReadAsync(
        app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);

    private static string Short(string message) => message
        .TrimEnd('.')
        .Replace(" was not tracked:", string.Empty, StringComparison.Ordinal)
        .Replace("Signed In", "in", StringComparison.Ordinal)
        .Replace("Signed Out", "out", StringComparison.Ordinal);
}
