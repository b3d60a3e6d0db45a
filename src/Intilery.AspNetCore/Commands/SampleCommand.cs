using System.Globalization;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Commands;

/// <summary>
/// Sends the samples, each in a request of its own so that each has its own answer, and prints what to do next. Nothing of it passes the
/// outbox: the command waits for the answers.
/// </summary>
internal sealed class SampleCommand(
    TrackingApiClient client, RowIdSequence ids, MessageOrigin origin, IOptionsMonitor<IntileryOptions> options, TimeProvider time)
{
    /// <summary>Prints each answer, as text or as JSON. Returns whether Intilery accepted all of them.</summary>
    public async Task<bool> RunAsync(TextWriter output, bool asJson, CancellationToken cancellationToken)
    {
        if (!asJson)
        {
            return await RunAsync(output, [], cancellationToken).ConfigureAwait(false);
        }

        var (text, answers) = (new StringWriter(CultureInfo.InvariantCulture), new JsonArray());
        var isAccepted = await RunAsync(text, answers, cancellationToken).ConfigureAwait(false);
        await output.WriteLineAsync(
            new JsonObject { ["samples"] = answers, ["text"] = text.ToString().Trim() }.ToJsonString(CommandLine.Indented)).ConfigureAwait(false);
        return isAccepted;
    }

    private async Task<bool> RunAsync(TextWriter output, JsonArray answers, CancellationToken cancellationToken)
    {
        var configured = options.CurrentValue;
        if (configured.ClientId is null || configured.AuthToken is null)
        {
            await output.WriteLineAsync(
                "Samples go to an account, and none is configured: set Intilery__ClientId and Intilery__AuthToken.").ConfigureAwait(false);
            return false;
        }

        var settings = DeliverySettings.Of(configured);
        await output.WriteLineAsync(
            $"Sending one sample of each event to {settings.Destination}, of the user and account '{SampleEvents.Id}':").ConfigureAwait(false);
        var samples = SampleEvents.Of(time.GetUtcNow());
        var accepted = new List<string>();
        DeliveryAnswer? refusal = null;
        foreach (var sample in samples)
        {
            var answer = await SendAsync(settings, sample, cancellationToken).ConfigureAwait(false);
            var decision = DeliveryRules.Decide(answer, DeliveryRules.UnreadableTries);
            answers.Add(
                new JsonObject { ["event"] = sample.Name, ["isAccepted"] = decision == DeliveryDecision.Acknowledge, ["outcome"] = answer.Outcome });
            await output.WriteLineAsync(
                $"  {sample.Name}: {(decision == DeliveryDecision.Acknowledge ? "accepted" : answer.Outcome)}").ConfigureAwait(false);
            if (decision == DeliveryDecision.Acknowledge)
            {
                accepted.Add(sample.Name);
            }
            else
            {
                refusal ??= answer;
                if (decision == DeliveryDecision.Pause || answer.Status is null)
                {
                    // The set-up is wrong, or the API is unreachable: the other samples would get the same answer.
                    break;
                }
            }
        }

        if (refusal is not null)
        {
            var whole = accepted.Count == 0 ? "Intilery accepted none of them." : "Not all of them were accepted.";
            await output.WriteLineAsync($"{whole} {SampleAdvice.For(refusal, settings)} Then run this again.").ConfigureAwait(false);
        }

        if (accepted.Count > 0)
        {
            await output.WriteLineAsync(Steps(configured, accepted)).ConfigureAwait(false);
        }

        return accepted.Count == samples.Count;
    }

    /// <summary>Returns where the account's people sign in to Intilery.</summary>
    public static string LoginAddress(IntileryOptions options)
    {
        // One account has the client's own host ("Endpoint and authentication" of the API guide).
        var host = options.AccountId is { } account && account != options.ClientId ? $"{account}.{options.ClientId}" : options.ClientId;
        return $"https://{host}.intilery.com";
    }

    private static string Steps(IntileryOptions options, List<string> accepted)
    {
        return $"""

            Intilery accepts every event, but keeps an event only after somebody has marked it valid. Now, in Intilery:
              1. Sign in at {LoginAddress(options)} and open Schema.
              2. Find each of these events and mark it valid: {string.Join(", ", accepted)}.
              3. Run this once more: the events are recorded from then on. The profile '{SampleEvents.Id}' can be deleted.
            """;
    }

    private Task<DeliveryAnswer> SendAsync(DeliverySettings settings, LifecycleEvent sample, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var json = MessageWriter.Write(new Message
        {
            Event = sample,
            UserId = SampleEvents.Id,
            GroupId = SampleEvents.Id,
            Origin = origin,
            MessageId = MessageIds.Next(),
            Timestamp = now,
        });
        var batch = new Batch([new OutboxRow(ids.Next(), sample.Name, SampleEvents.Id, OutboxRow.AtOnce, json)]);
        return client.SendAsync(settings, batch, now, cancellationToken);
    }
}
