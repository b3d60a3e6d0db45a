using System.Net;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Commands;

/// <summary>Advice at the command line about an answer that accepts nothing, or about none.</summary>
internal static class SampleAdvice
{
    private const string Account = "Intilery:ClientId, Intilery:AccountId and Intilery:BrandId";

    public static string For(DeliveryAnswer answer, DeliverySettings settings)
    {
        var address = new Uri(settings.Destination);
        return answer.Status is { } status ? ForStatus(status, answer, address) : ForSilence(answer, settings, address);
    }

    // The faults are the names of HttpRequestError, as metrics write them.
    private static string ForSilence(DeliveryAnswer answer, DeliverySettings settings, Uri address) => answer.Fault switch
    {
        "name_resolution_error" =>
            $"The name {address.Host} cannot be resolved. Check Intilery:BaseAddress for a typing error, and this machine's network and DNS.",
        "connection_error" =>
            $"{address.Authority} cannot be connected to. Check Intilery:BaseAddress, and whether a firewall blocks it; if a proxy is needed, set HTTPS_PROXY.",
        "secure_connection_error" =>
            $"There is no secure connection to {address.Authority}. Check this machine's clock and trusted certificates, whether a proxy "
            + "replaces the certificate, and that Intilery:BaseAddress is an https address.",
        "proxy_tunnel_error" =>
            $"The proxy does not let this machine connect to {address.Authority}. Check HTTPS_PROXY and the proxy's rules.",
        DeliveryAnswer.Timeout =>
            $"{address.Authority} did not answer within {new Duration(settings.RequestTimeout)}. Check whether a firewall blocks it; if it is only slow, raise "
            + "Intilery:Delivery:RequestTimeout.",
        _ => $"{address.Authority} gave no answer. Check Intilery:BaseAddress, and any proxy.",
    };

    private static string ForStatus(HttpStatusCode status, DeliveryAnswer answer, Uri address) => (int)status switch
    {
        401 or 403 =>
            $"Intilery does not accept the token for this account. Check Intilery:AuthToken, and that it belongs to {Account}.",
        404 =>
            $"There is no such account at {address.Authority}. Check {Account} (client and account in lower case, brand in UPPER CASE), and Intilery:BaseAddress.",
        var code when code is 400 or 413 or 422 || (code is >= 200 and < 300 && answer.Body == AnswerBody.Refused) =>
            $"Intilery reads the sample and rejects it. Check {Account}; if they are right, ask Intilery's support.",
        408 or 425 or 429 or >= 500 =>
            "Intilery cannot accept events at the moment. The set-up is not the cause; wait a little.",
        _ => $"What answers at {address.Authority} is not the tracking API. Check Intilery:BaseAddress, and any proxy.",
    };
}
