using System.Net.Http.Headers;
using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Deliver;

/// <summary>Sends one request to the API and reads its answer. Does not throw for what a network or server can do.</summary>
internal sealed class TrackingApiClient(IHttpClientFactory clients, TimeProvider time)
{
    /// <summary>The name of the <see cref="HttpClient"/>, for those who need a proxy or a certificate.</summary>
    public const string HttpClientName = "Intilery.AspNetCore";

    private const int MaxAnswerBytes = 64 * 1024;

    public async Task<DeliveryAnswer> SendAsync(DeliverySettings settings, byte[] body, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, settings.Destination + "/v1/batch");
            request.Headers.TryAddWithoutValidation("auth-token", settings.AuthToken);
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var client = clients.CreateClient(HttpClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var (success, message) = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return new DeliveryAnswer(response.StatusCode, success, message, RetryAfterOf(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryAnswer(null, null, $"no answer within {settings.RequestTimeout}", null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new DeliveryAnswer(null, null, EventText.Clean(exception.Message, EventText.MaxCapturedLength), null);
        }
    }

    // An answer is small; one that is not, or is no JSON, says nothing.
    private static async Task<(bool? Success, string? Message)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxAnswerBytes];
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return default;
            }

            bool? success = json.RootElement.TryGetProperty("success", out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? value.GetBoolean()
                : null;
            var message = json.RootElement.TryGetProperty("message", out value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return (success, EventText.Captured(message));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };
}
