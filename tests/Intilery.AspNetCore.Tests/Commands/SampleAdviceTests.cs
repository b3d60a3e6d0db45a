using System.Net;
using System.Text.Json;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Delivery;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class SampleAdviceTests
{
    [Theory]
    [InlineData(null, nameof(HttpRequestError.NameResolutionError), "The name api.test cannot be resolved.")]
    [InlineData(null, nameof(HttpRequestError.ConnectionError), "api.test cannot be connected to.")]
    [InlineData(null, nameof(HttpRequestError.SecureConnectionError), "There is no secure connection to api.test.")]
    [InlineData(null, nameof(HttpRequestError.ProxyTunnelError), "The proxy does not let this machine connect to api.test.")]
    [InlineData(null, nameof(HttpRequestError.ResponseEnded), "api.test gave no answer.")]
    [InlineData(401, null, "Intilery does not accept the token for this account.")]
    [InlineData(403, null, "Intilery does not accept the token for this account.")]
    [InlineData(404, null, "There is no such account at api.test.")]
    [InlineData(400, null, "Intilery reads the sample and rejects it.")]
    [InlineData(429, null, "Intilery cannot accept events at the moment. The set-up is not the cause; wait a little.")]
    [InlineData(503, null, "Intilery cannot accept events at the moment. The set-up is not the cause; wait a little.")]
    [InlineData(302, null, "What answers at api.test is not the tracking API.")]
    [InlineData(200, null, "What answers at api.test is not the tracking API.")]
    public void Each_answer_has_its_own_advice(int? status, string? fault, string advice)
    {
        var answer = status is { } code
            ? new DeliveryAnswer((HttpStatusCode)code, AnswerBody.NotJson, null, null)
            : DeliveryAnswer.None(JsonNamingPolicy.SnakeCaseLower.ConvertName(fault!), "why");

        Assert.StartsWith(
            advice, SampleAdvice.For(answer, new DeliverySettings("https://api.test/track/a/a/A", "token", TimeSpan.FromSeconds(10))), StringComparison.Ordinal);
    }
}
