declare module 'aws4' {
  type Request = {
    host: string
    method: string
    path: string
    headers: Record<string, string>
    service: string
    region: string
    signQuery?: boolean
  }
  type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  const aws4: { sign(request: Request, credentials: Credentials): Request }
  export default aws4
}
