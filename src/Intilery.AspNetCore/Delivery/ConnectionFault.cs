using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Describes why there was no answer: for metrics by the framework's own names, for logs with its cause.</summary>
internal static class ConnectionFault
{
    // The names of SslPolicyErrors and X509ChainStatusFlags, which are all that the exception has about a certificate.
    private static readonly (string Name, string Meaning)[] _certificateFaults =
    [
        ("RemoteCertificateNotAvailable", "the server shows no certificate"),
        ("RemoteCertificateNameMismatch", "the certificate is for another host name"),
        ("NotTimeValid", "the certificate has expired or is not valid yet, by this machine's clock"),
        ("Revoked", "the certificate was revoked"),
        ("UntrustedRoot", "the certificate's root is not one that this machine trusts"),
        ("PartialChain", "the certificate's chain does not lead to a root that this machine trusts"),
        ("RemoteCertificateChainErrors", "the certificate's chain is not trusted"),
        ("RevocationStatusUnknown", "whether the certificate was revoked cannot be found out"),
    ];

    public static string TypeOf(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } => SnakeCase(error),
        HttpIOException { HttpRequestError: var error } => SnakeCase(error),
        _ when exception.GetBaseException() is SocketException { SocketErrorCode: var error } => SnakeCase(error),
        _ => exception.GetType().FullName!,
    };

    /// <summary>Returns the exception's message with those of its causes that add to it. It is text from outside.</summary>
    public static string Describe(Exception exception)
    {
        var said = new List<string>();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            var message = cause is AuthenticationException ? Certificate(cause.Message) ?? cause.Message : cause.Message;
            message = message.Replace(", see inner exception.", string.Empty, StringComparison.Ordinal).TrimEnd('.');
            if (!said.Exists(before => before.Contains(message, StringComparison.Ordinal)))
            {
                said.Add(message);
            }
        }

        return string.Join(": ", said);
    }

    private static string? Certificate(string message)
    {
        var faults = _certificateFaults.Where(fault => message.Contains(fault.Name, StringComparison.Ordinal)).ToList();
        return faults.Count == 0 ? null : string.Join("; ", faults.Select(fault => $"{fault.Meaning} ({fault.Name})"));
    }

    private static string SnakeCase(Enum error) => JsonNamingPolicy.SnakeCaseLower.ConvertName(error.ToString());
}
