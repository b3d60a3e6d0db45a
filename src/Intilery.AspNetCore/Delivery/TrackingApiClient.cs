using System.Buffers;
using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Sends one request to the API and reads its answer. Does not throw for what a network or server can do.</summary>
internal sealed class TrackingApiClient(DeliveryHttpClient client, TimeProvider time)
{
    /// <summary>Where batches go, below the destination.</summary>
    public const string Path = "/v1/batch";

    private const int MaxAnswerBytes = 64 * 1024;

    public async Task<DeliveryAnswer> SendAsync(
        DeliverySettings settings, Batch batch, DateTimeOffset sentAt, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, settings.Destination + Path);
            request.Headers.TryAddWithoutValidation("auth-token", settings.AuthToken);
            request.Content = new BatchContent(batch, sentAt, settings.Compression);
            using var response = await client.Http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var (said, message) = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return new DeliveryAnswer(
                response.StatusCode, said, Shown(message, settings), RetryAfterOf(response)) { ServerTime = response.Headers.Date };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryAnswer.None(DeliveryAnswer.Timeout, $"no answer within {new Duration(settings.RequestTimeout)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return DeliveryAnswer.None(ConnectionFault.TypeOf(exception), Shown(ConnectionFault.Describe(exception), settings)!);
        }
    }

    // A server may repeat what it was sent, in its answer or in what is no answer. Redacted before it is cut: a part of the token is no
    // match.
    private static string? Shown(string? message, DeliverySettings settings) =>
        message is null ? null : EventText.Captured(TokenRedaction.Redact(message, settings.AuthToken));

    // An answer is small; one that is not is no answer of the API's, and no JSON when it is cut.
    private static async Task<(AnswerBody Body, string? Message)> ReadAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxAnswerBytes);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var length = await stream.ReadAtLeastAsync(
                buffer.AsMemory(0, MaxAnswerBytes), MaxAnswerBytes, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            var answer = json.RootElement;
            if (answer.ValueKind != JsonValueKind.Object)
            {
                return (AnswerBody.Json, null);
            }

            var isRefused = answer.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.False;
            var message = answer.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
            return (isRefused ? AnswerBody.Refused : AnswerBody.Json, message);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter for text that is no UTF-8 or holds half a surrogate pair.
            return (AnswerBody.NotJson, null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };
}
