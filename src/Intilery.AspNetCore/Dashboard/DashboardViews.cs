using System.Globalization;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>What the page reads besides the live feed: coverage, the outbox, the set-up.</summary>
internal sealed class DashboardViews(IServiceProvider services, LifecycleDiagnostics diagnostics)
{
    private const int PageSize = 50;
    private const int WaitingSize = 1000;
    private const int HeldSize = 20;

    /// <summary>Returns the data of a view; <see langword="null"/> if there is no such view.</summary>
    public async Task<object?> ReadAsync(string view, IQueryCollection query, DashboardAccess access, CancellationToken cancellationToken) => view switch
    {
        "reasons" => DashboardFiles.Reasons,
        "coverage" => await services.GetRequiredService<IIntileryCoverage>().GetReportAsync(cancellationToken).ConfigureAwait(false),
        "outbox" => await OutboxAsync(access, cancellationToken).ConfigureAwait(false),
        "outbox/dead" when access != DashboardAccess.Anonymous =>
            await DeadLettersAsync(After(query), cancellationToken).ConfigureAwait(false),
        "outbox/waiting" when access != DashboardAccess.Anonymous => await WaitingAsync(cancellationToken).ConfigureAwait(false),
        "setup" => await SetUpAsync(access, cancellationToken).ConfigureAwait(false),
        _ => null,
    };

    private static long After(IQueryCollection query) =>
        long.TryParse(query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after : 0;

    private async Task<object> OutboxAsync(DashboardAccess access, CancellationToken cancellationToken)
    {
        var mode = services.GetRequiredService<RuntimeMode>();
        var activity = diagnostics.Activity;
        if (!mode.KeepsEvents || !services.GetRequiredService<CaptureSwitch>().IsOn)
        {
            return new { Keeps = false, Charts = ChartsOf(activity) };
        }

        var (state, store) = (services.GetRequiredService<DeliveryState>(), services.GetRequiredService<IOutboxStore>());
        OutboxSnapshot? snapshot = null;
        string? fault = store.Fault;
        try
        {
            snapshot = await services.GetRequiredService<OutboxInspection>().LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The page shows what is wrong; the log has the whole of it.
            diagnostics.Failed("looking at the outbox", exception);
            fault ??= exception is TimeoutException ? exception.Message : "The outbox cannot be read. The log has the reason.";
        }

        var others = access == DashboardAccess.Anonymous || fault is not null
            ? []
            : await services.GetRequiredService<IIntileryOutbox>().ListOtherDestinationsAsync(cancellationToken).ConfigureAwait(false);
        return new
        {
            Keeps = true,
            mode.Delivers,
            Store = access == DashboardAccess.Anonymous ? null : store.Description,
            store.SurvivesProcess,
            IsShared = mode.SharesOutbox,
            Fault = access == DashboardAccess.Anonymous && fault is not null ? "The outbox cannot be used." : fault,
            Waiting = snapshot?.Rows,
            Oldest = snapshot?.Age.TotalSeconds,
            DeadLetters = snapshot?.DeadLetters,
            snapshot?.Elsewhere,
            Delivery = DeliveryOf(state, access),
            Answers = state.Answers.Select(last => new
            {
                last.At,
                last.Events,
                IsGood = last.Answer.ErrorType is null,
                Text = access == DashboardAccess.Anonymous
                    ? ((int?)last.Answer.Status)?.ToString(CultureInfo.InvariantCulture) ?? "no answer"
                    : last.Answer.Outcome,
            }),
            Others = others.Select(other => new { other.Address, other.Events, other.RunningTrials }),
            Charts = ChartsOf(activity),
        };
    }

    private static object ChartsOf(LifecycleActivity activity) =>
        new { Captured = activity.Captures.Read(), Delivered = activity.Deliveries.Read(), Backlog = activity.Backlog.Read() };

    private object DeliveryOf(DeliveryState state, DashboardAccess access)
    {
        var showsText = access != DashboardAccess.Anonymous;
        return state switch
        {
            { Pause: { } pause } =>
                new { State = "paused", pause.Since, Text = showsText ? DeliveryAdvice.For(pause, "events may wait") : null },
            { Trouble: { } trouble } =>
                new { State = "retrying", trouble.Since, Text = showsText ? DeliveryAdvice.For(trouble, "events may wait") : null },
            _ => new { State = services.GetRequiredService<RuntimeMode>().Delivers ? "working" : "elsewhere", Since = (DateTimeOffset?)null, Text = (string?)null },
        };
    }

    private async Task<object> DeadLettersAsync(long after, CancellationToken cancellationToken)
    {
        var letters =
            await services.GetRequiredService<IIntileryOutbox>().ListDeadLettersAsync(
                PageSize, after, cancellationToken).ConfigureAwait(false);

        // Ids are greater than what JavaScript's numbers hold exactly.
        return new
        {
            Letters = letters.Select(letter => new
            {
                Id = letter.Id.ToString(CultureInfo.InvariantCulture),
                Event = letter.EventName,
                User = letter.UserId,
                letter.Reason,
                At = letter.RejectedAt,
                letter.Json,
            }),
            Next = letters.Count == PageSize ? letters[^1].Id.ToString(CultureInfo.InvariantCulture) : null,
        };
    }

    private async Task<object> WaitingAsync(CancellationToken cancellationToken)
    {
        var rows = await services.GetRequiredService<IIntileryOutbox>().ListWaitingAsync(
            null, WaitingSize, 0, cancellationToken).ConfigureAwait(false);
        var store = services.GetRequiredService<IOutboxStore>();
        var held = await store.ReadHeldAsync(HeldSize + 1, cancellationToken).ConfigureAwait(false);
        var nodes = await store.ReadNodesAsync(cancellationToken).ConfigureAwait(false);
        var now = services.GetRequiredService<HostClock>().Time.GetUtcNow();
        return new
        {
            IsWhole = rows.Count < WaitingSize,
            Groups = rows.GroupBy(row => row.EventName).OrderByDescending(group => group.Count()).Select(group => new
            {
                Event = group.Key,
                Count = group.Count(),
                Users = group.Select(row => row.UserId).Distinct().Count(),
                Age = Math.Max(0, (now - group.Min(row => row.RecordedAt)).TotalSeconds),
            }),
            Held = held.Take(HeldSize).Select(user => new
            {
                User = user.UserId,
                user.Changes,
                Events = rows.Count(row => row.UserId == user.UserId),
                Age = Math.Max(0, (now - user.Since).TotalSeconds),
            }),
            IsHeldWhole = held.Count <= HeldSize,
            Nodes = nodes,
        };
    }

    private async Task<object> SetUpAsync(DashboardAccess access, CancellationToken cancellationToken)
    {
        var (options, mode) =
            (services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue, services.GetRequiredService<RuntimeMode>());
        var doctor = services.GetRequiredService<Doctor>();
        return new
        {
            Mode = !options.Enabled ? "off" : mode.Delivers ? "delivers" : mode.KeepsEvents ? "records" : "shows",
            services.GetRequiredService<IHostEnvironment>().EnvironmentName,
            Application = services.GetRequiredService<IHostEnvironment>().ApplicationName,
            Report = access == DashboardAccess.Anonymous ? [] : await doctor.DescribeAsync(cancellationToken).ConfigureAwait(false),
            Configuration = access == DashboardAccess.Anonymous ? [] : ConfigurationInForce.Of(options),
            SchemaUrl = options.ClientId is null || access == DashboardAccess.Anonymous ? null : SampleCommand.LoginAddress(options),
            HasAntiforgery = services.GetService<IAntiforgery>() is not null,
        };
    }
}
