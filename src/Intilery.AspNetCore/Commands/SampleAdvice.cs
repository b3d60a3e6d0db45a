using System.Net;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Commands;

/// <summary>What somebody at a command line can do about an answer that accepts nothing, or about none.</summary>
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
            $"The name {address.Host} is not known here. Check Intilery:BaseAddress for a typing error, and this machine's network and DNS.",
        "connection_error" =>
            $"{address.Authority} takes no connections. Check Intilery:BaseAddress, and that no firewall is on the way; where a proxy is needed, set HTTPS_PROXY.",
        "secure_connection_error" =>
            $"There is no secure connection to {address.Authority}. Check this machine's clock and trusted certificates, whether a proxy on the way "
            + "puts its own certificate in, and that Intilery:BaseAddress is an https address.",
        "proxy_tunnel_error" =>
            $"The proxy does not let this machine through to {address.Authority}. Check HTTPS_PROXY and the proxy's rules.",
        DeliveryAnswer.Timeout =>
            $"{address.Authority} did not answer within {new Duration(settings.RequestTimeout)}. Check that no firewall is on the way; where it is only slow, raise "
            + "Intilery:Delivery:RequestTimeout.",
        _ => $"{address.Authority} gave no answer. Check Intilery:BaseAddress, and proxies on the way.",
    };

    private static string ForStatus(HttpStatusCode status, DeliveryAnswer answer, Uri address) => (int)status switch
    {
        401 or 403 =>
            $"Intilery does not accept the token for this account. Check Intilery:AuthToken, and that it is of {Account}.",
        404 =>
            $"There is no such account at {address.Authority}. Check {Account} (client and account in lower case, brand in UPPER CASE), and Intilery:BaseAddress.",
        var code when code is 400 or 413 or 422 || (code is >= 200 and < 300 && answer.Body == AnswerBody.Refused) =>
            $"Intilery reads the sample and rejects it. Check {Account}; if they are right, ask Intilery's support.",
        408 or 425 or 429 or >= 500 =>
            "Intilery cannot take it now, which is no fault of the set-up: wait a little.",
        _ => $"What answers at {address.Authority} is not the tracking API. Check Intilery:BaseAddress, and proxies on the way.",
    };
}
